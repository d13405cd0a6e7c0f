import { AsyncLocalStorage } from 'node:async_hooks'
import { singleton } from './singleton.ts'

type Run = <T>(run: () => T) => T

const snapshot = (): Run => AsyncLocalStorage.snapshot() as Run

/** Where boot did not run, as in tests: the context in which this module was loaded. */
const atLoad = snapshot()

const captured = () => singleton<{ run: Run | null }>('outside-requests', () => ({ run: null }))

/** Call once at start, before the first request: `outsideRequests` runs in the context of this call. */
export function captureOutside(): void {
  captured().run = snapshot()
}

/**
 * Runs a function in a context without any request. Timers, promises and sockets keep the context that they are
 * made in, and with it the whole request (30 kB): make all that outlives a request in here.
 */
export function outsideRequests<T>(run: () => T): T {
  return (captured().run ?? atLoad)(run)
}
