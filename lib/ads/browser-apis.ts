/*
 * APIs that a browser may lack, or that throw where it blocks storage, where the page is shown in a sandboxed frame or
 * where an extension replaces them. None of them may take a page down: here, and in stored.ts, each has a way without.
 */

/** The result of `run`, or the fallback if the browser throws. */
export function attempt<T>(run: () => T, otherwise: T): T {
  try {
    return run()
  } catch {
    return otherwise
  }
}

/** Watches one element; null where the browser cannot. */
export function observeIntersection(
  element: Element,
  options: IntersectionObserverInit,
  report: (entries: readonly IntersectionObserverEntry[]) => void,
): { disconnect(): void } | null {
  return attempt(() => {
    const observer = new IntersectionObserver(report, options)
    observer.observe(element)
    return observer
  }, null)
}

/**
 * Next makes an IntersectionObserver as its links are loaded. Without the API Next's links work. If the
 * constructor throws, the whole page breaks, so the API is removed then. Its text is a script in every page, before
 * any other, so it uses nothing from outside of it.
 */
export function hideRefusedObserver(page: object): void {
  try {
    new IntersectionObserver(() => {})
  } catch {
    try {
      Object.defineProperty(page, 'IntersectionObserver', { value: undefined })
    } catch {
      // Then nothing can be done.
    }
  }
}

/** Ends the task, so that the browser can paint and answer the reader before the work goes on. */
export const nextTask = (): Promise<void> =>
  attempt(() => (globalThis as { scheduler?: { yield(): Promise<void> } }).scheduler?.yield(), undefined) ??
  new Promise((resolve) => setTimeout(resolve))

/** A unique id for statistics. It can be guessed: do not use it as a secret. */
export const randomText = (): string =>
  attempt(
    // Not a UUID, which browsers make over https and on this machine alone.
    () => crypto.getRandomValues(new Uint32Array(4)).join('-'),
    `${Date.now()}-${String(Math.random()).slice(2)}`,
  )
