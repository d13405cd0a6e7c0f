/** On the window, because StrictMode runs effects twice and hot reloading evaluates modules again. */
export function oncePerWindow<T extends NonNullable<unknown>>(name: string, make: () => T): T {
  const [key, held] = place<T>(name)
  held[key] ??= make()
  return held[key]
}

/** The same for what may fail: only a success is kept, so the next call tries again. */
export function loadOncePerWindow<T>(name: string, load: () => Promise<T>): Promise<T> {
  const [key, held] = place<Promise<T>>(name)
  return oncePerWindow(name, () =>
    load().catch((error: unknown) => {
      held[key] = undefined
      throw error
    }),
  )
}

function place<T>(name: string): [key: symbol, held: Record<symbol, T | undefined>] {
  return [Symbol.for(`uid2.${name}`), window as unknown as Record<symbol, T | undefined>]
}
