/** On the window, because StrictMode runs effects twice and hot reloading evaluates modules again. */
export function oncePerWindow<T>(name: string, make: () => T): T {
  const key = Symbol.for(`uid2.${name}`)
  const held = window as unknown as Record<symbol, T | undefined>
  held[key] ??= make()
  return held[key]
}
