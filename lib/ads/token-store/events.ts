import type { TokenEvent, TokenState } from './token-state'

export type TokenListener = (state: TokenState) => void

/**
 * Typed events with replay: a channel that subscribes late is told what still holds. A token event
 * ends the others' truth and the other way round; `refreshed` does not end `available`.
 */
export function createEvents(current: () => TokenState) {
  let listeners: Array<readonly [TokenEvent | 'changed', TokenListener]> = []
  let holding: string[] = []

  function tell(event: TokenEvent | 'changed'): void {
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
    on(event: TokenEvent | 'changed', listener: TokenListener): () => void {
      const entry = [event, listener] as const
      listeners = [...listeners, entry]
      if (holding.includes(event)) listener(current())
      return () => {
        listeners = listeners.filter((other) => other !== entry)
      }
    },
    /** The state has changed, and that is what it means. */
    fire(events: TokenEvent[]): void {
      // Channels follow before anybody is told of it.
      tell('changed')
      for (const event of events) {
        holding = event === 'refreshed' ? ['available', event] : [event]
        tell(event)
      }
    },
  }
}
