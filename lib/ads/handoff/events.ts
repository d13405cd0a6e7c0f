import type { HandoffEvent, HandoffState } from './handoff-state'

export type HandoffListener = (state: HandoffState) => void

/**
 * Typed events with replay: a channel that subscribes late is told what still holds. A token event
 * ends the others' truth and the other way round; `refreshed` does not end `available`.
 */
export function createEvents(current: () => HandoffState) {
  let listeners: Array<readonly [HandoffEvent | 'changed', HandoffListener]> = []
  let holding: string[] = []

  function tell(event: HandoffEvent | 'changed'): void {
    for (const [of, listener] of listeners) {
      if (of !== event) continue
      try {
        listener(current())
      } catch (error) {
        // One that fails keeps none of the others from letting go of a token.
        reportError(error)
      }
    }
  }

  return {
    on(event: HandoffEvent | 'changed', listener: HandoffListener): () => void {
      const entry = [event, listener] as const
      listeners = [...listeners, entry]
      if (holding.includes(event)) listener(current())
      return () => {
        listeners = listeners.filter((other) => other !== entry)
      }
    },
    /** The state has changed, and that is what it means. */
    fire(events: HandoffEvent[]): void {
      // Channels follow before anybody is told of it.
      tell('changed')
      for (const event of events) {
        holding = event === 'refreshed' ? ['available', event] : [event]
        tell(event)
      }
    },
  }
}
