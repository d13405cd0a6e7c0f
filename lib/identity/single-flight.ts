import 'server-only'
import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'

export interface Flight<T> {
  /** Never rejects. */
  readonly promise: Promise<T>
  /** Set once the run has ended. */
  readonly result?: T
}

// Promises and timers keep the request in whose context they are made (30 kB), and a flight outlives its request.
const runOutsideRequests = AsyncLocalStorage.snapshot()

type Held<T> = { -readonly [Part in keyof Flight<T>]: Flight<T>[Part] } & { timer?: NodeJS.Timeout }

export type SingleFlight<T> = ReturnType<typeof createSingleFlight<T>>

/**
 * Parallel callers of one key share one run. Its result is kept for `keepMs`, because a request that comes a millisecond
 * later must not ask again. An optimisation per process: correctness holds without it. A key may hold a secret, so it is
 * hashed. At most `limit` flights are held; the oldest goes.
 */
export function createSingleFlight<T>(keepMs: (result: T) => number, limit = 2000) {
  const flights = new Map<string, Held<T>>()

  /** The running or remembered flight of a key. */
  const find = (key: string): Flight<T> | undefined => flights.get(keyOf(key))

  /** The same, begun now if there is none. A run that rejects is not kept. */
  function start(secretKey: string, run: () => Promise<T>): Flight<T> {
    const key = keyOf(secretKey)
    const known = flights.get(key)
    if (known) return known
    const settle = (result: T): T => {
      flight.result = result
      if (flights.get(key) !== flight) return result
      const ms = keepMs(result)
      // Bound: a closure would keep `run`, and with it the request.
      if (ms > 0) flight.timer = setTimeout(flights.delete.bind(flights), ms, key).unref()
      else flights.delete(key)
      return result
    }
    const forget = (error: unknown): never => {
      flights.delete(key)
      throw error
    }
    const flight: Held<T> = { promise: runOutsideRequests(() => run().then(settle, forget)) }
    flights.set(key, flight)
    for (const [oldest, { timer }] of flights) {
      if (flights.size <= limit) break
      // A timer that went on would keep the result.
      clearTimeout(timer)
      flights.delete(oldest)
    }
    return flight
  }

  return { find, start }
}

const keyOf = (text: string): string => createHash('sha256').update(text).digest('base64url')

/** One value per process: Next gives the proxy, pages and routes instances of their own of every module. */
export function processWide<T>(name: string, make: () => T): T {
  const key = Symbol.for(`uid2-publisher.${name}`)
  const held = globalThis as unknown as Record<symbol, T | undefined>
  held[key] ??= runOutsideRequests(make)
  return held[key]
}
