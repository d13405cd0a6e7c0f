import { runOutsideRequests } from './outside-requests.ts'

/**
 * One value per process. Next gives the proxy, pages, route handlers and instrumentation separate
 * instances of every module, so a module-level variable would be four variables; `globalThis` is one. It outlives the
 * request that asks for it first, and so is made outside of it.
 */
export function perProcess<T>(name: string, make: () => T): T {
  const key = Symbol.for(`uid2-publisher.${name}`)
  const held = globalThis as unknown as Record<symbol, T | undefined>
  held[key] ??= runOutsideRequests(make)
  return held[key]
}
