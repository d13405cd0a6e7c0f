import { runOutsideRequests } from './outside-requests'

/**
 * One value per process. Next loads separate instances of every module for the proxy, pages, route handlers
 * and instrumentation, so a module-level variable would exist four times. The value outlives the request that
 * first asks for it, so it is created outside any request.
 */
export function processWide<T>(name: string, make: () => T): T {
  const key = Symbol.for(`uid2-publisher.${name}`)
  const held = globalThis as unknown as Record<symbol, T | undefined>
  held[key] ??= runOutsideRequests(make)
  return held[key]
}
