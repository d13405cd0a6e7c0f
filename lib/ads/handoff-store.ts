import { createEvents } from './events.ts'
import { type HandoffEvent, type HandoffState, LOADING, timesOf, tokenIn } from './handoff-state.ts'

/** What the page knows of the identity, and everybody who follows it. */
export function createStore(now: () => number) {
  let state: HandoffState = LOADING
  /** The last state that was an answer: what the ads on the page still reflect. */
  let answered: HandoffState = LOADING
  let times = timesOf(LOADING, 0, 0)
  const subscribers = new Set<() => void>()
  const { on, fire } = createEvents(() => state)

  /** `at`: a moment no later than the server's answer. */
  function become(next: HandoffState, at: number, fired: HandoffEvent[]): void {
    state = next
    if (next !== LOADING) answered = next
    times = timesOf(next, at, now())
    // Channels follow before anybody is told of it.
    for (const notify of subscribers) notify()
    for (const event of fired) fire(event)
  }

  return {
    get state() {
      return state
    },
    get answered() {
      return answered
    },
    get times() {
      return times
    },
    become,
    /** Back to before the first answer. */
    reset(): void {
      const lost = tokenIn(answered) !== null
      answered = LOADING
      become(LOADING, now(), lost ? ['cleared'] : [])
    },
    expire(): boolean {
      if (state.status !== 'available' || now() < times.expires) return false
      become({ status: 'refreshing', now: state.now }, now(), ['expired'])
      return true
    },
    subscribe(listener: () => void): () => void {
      subscribers.add(listener)
      return () => subscribers.delete(listener)
    },
    on,
  }
}
