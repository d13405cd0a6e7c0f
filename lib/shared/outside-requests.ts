import { AsyncLocalStorage } from 'node:async_hooks'

type Run = <T>(run: () => T) => T

const snapshot = (): Run => AsyncLocalStorage.snapshot() as Run

/** Used where boot did not run, as in tests: the context in which this module was loaded. */
const atLoad = snapshot()

// On globalThis, because Next has several instances of every module. `process-wide.ts` uses this file.
const key = Symbol.for('uid2-publisher.outside-requests')
const captured = globalThis as unknown as Record<symbol, Run | undefined>

/** Call once at start, before the first request: `runOutsideRequests` uses the context of this call. */
export function captureStartContext(): void {
  captured[key] = snapshot()
}

/**
 * Runs a function in a context without any request. Timers, promises and sockets keep the context in which
 * they are created, and with it the whole request (30 kB). Create everything that outlives a request in here.
 */
export function runOutsideRequests<T>(run: () => T): T {
  return (captured[key] ?? atLoad)(run)
}
