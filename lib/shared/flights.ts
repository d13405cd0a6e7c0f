import { outsideRequests } from './outside-requests.ts'

/** Results are secrets of readers. Those whose time is over go at the next start, but not more often than this, ms. */
const sweepMs = 1000

/**
 * Single flight with memory: parallel callers of one key share one run, and its settled result is kept
 * for a while, because the request that arrives a millisecond after the answer must not ask again.
 * An optimisation per process: correctness must hold without it.
 */
export interface Flight<T> {
  readonly promise: Promise<T>
  /** Set once the run has ended. */
  readonly settled: T | undefined
}

export interface Flights<T> {
  /** The running or remembered flight of this key. */
  find(key: string): Flight<T> | undefined
  /** The flight of this key, begun now if there is none. `run` must not reject. */
  start(key: string, run: () => Promise<T>): Flight<T>
}

/** `keepMs` says how long a result is remembered (0: not at all); at most `limit` flights are held. */
export function createFlights<T>(options: {
  keepMs: (result: T) => number
  limit: number
  now: () => number
}): Flights<T> {
  const held = new Map<string, { promise: Promise<T>; settled: T | undefined; until: number }>()
  let sweepAt = 0

  function sweep(now: number) {
    if (now < sweepAt) return
    sweepAt = now + sweepMs
    for (const [key, { until }] of held) if (until <= now) held.delete(key)
  }

  const find = (key: string) => {
    const flight = held.get(key)
    if (flight && flight.until <= options.now()) held.delete(key)
    else return flight
    return undefined
  }

  return {
    find,
    start(key, run) {
      const known = find(key)
      if (known) return known
      const flight = {
        // It outlives the request that began it, and serves others.
        promise: outsideRequests(() =>
          run().then((result) => {
            const keep = options.keepMs(result)
            flight.settled = result
            flight.until = options.now() + keep
            if (keep === 0 && held.get(key) === flight) held.delete(key)
            return result
          }),
        ),
        settled: undefined as T | undefined,
        until: Number.POSITIVE_INFINITY,
      }
      sweep(options.now())
      held.set(key, flight)
      // Maps iterate in insertion order: the oldest goes first.
      for (const oldest of held.keys()) {
        if (held.size <= options.limit) break
        held.delete(oldest)
      }
      return flight
    },
  }
}
