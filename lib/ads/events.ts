import type { HandoffEvent, HandoffState } from './handoff-state.ts'

export type HandoffListener = (state: HandoffState) => void

/**
 * Typed events with replay: a channel that subscribes late is told what still holds. A token event
 * ends the others' truth and the other way round; `refreshed` does not end `available`.
 */
export function createEvents(current: () => HandoffState) {
  const listeners = new Map<HandoffEvent, Set<HandoffListener>>()
  let holding = new Set<HandoffEvent>()

  return {
    on(event: HandoffEvent, listener: HandoffListener): () => void {
      const of = listeners.get(event) ?? new Set()
      listeners.set(event, of.add(listener))
      if (holding.has(event)) listener(current())
      return () => of.delete(listener)
    },
    fire(event: HandoffEvent): void {
      holding = new Set(event === 'refreshed' ? ['available', event] : [event])
      for (const listener of listeners.get(event) ?? []) listener(current())
    },
  }
}
