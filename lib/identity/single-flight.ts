import 'server-only'
import { AsyncLocalStorage } from 'node:async_hooks'

export interface Flight<T> {
  /** Never rejects. */
  readonly promise: Promise<T>
  /** Set once the run has ended. */
  readonly result: T | undefined
}

// Promises and timers keep the request in whose context they are made (30 kB), and a flight outlives its request.
const runOutsideRequests = AsyncLocalStorage.snapshot()

/** At most so many flights are held; the oldest goes. */
const limit = 10_000

export type SingleFlight<T> = ReturnType<typeof createSingleFlight<T>>

/**
 * Parallel callers of one key share one run. Its result is kept for `keepMs`, because a request that comes a millisecond
 * later must not ask again. An optimisation per process: correctness holds without it.
 */
export function createSingleFlight<T>(keepMs: (result: T) => number) {
  const flights = new Map<string, { promise: Promise<T>; result: T | undefined }>()

  /** The running or remembered flight of a key. */
  const find = (key: string): Flight<T> | undefined => flights.get(key)

  /** The same, begun now if there is none. `run` must not reject. */
  function start(key: string, run: () => Promise<T>): Flight<T> {
    const known = flights.get(key)
    if (known) return known
    const forget = (): void => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    const settle = (result: T): T => {
      flight.result = result
      if (keepMs(result) > 0) setTimeout(forget, keepMs(result)).unref()
      else forget()
      return result
    }
    const promise = runOutsideRequests(() => run().then(settle))
    const flight = { promise, result: undefined as T | undefined }
    flights.set(key, flight)
    const [oldest] = flights.keys()
    if (flights.size > limit && oldest !== undefined) flights.delete(oldest)
    return flight
  }

  return { find, start }
}

/** One value per process: Next gives the proxy, pages and routes instances of their own of every module. */
export function processWide<T>(name: string, make: () => T): T {
  const key = Symbol.for(`uid2-publisher.${name}`)
  const held = globalThis as unknown as Record<symbol, T | undefined>
  held[key] ??= runOutsideRequests(make)
  return held[key]
}
