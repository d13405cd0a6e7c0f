/*
 * APIs that a browser may lack, or that throw where it blocks storage, where the page is shown in a sandboxed frame or
 * where an extension replaces them. None of them may take a page down: here, and in stored.ts, each has a way without.
 */

/** What `run` returns, or what stands for it where the browser refuses. */
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
 * Next makes an IntersectionObserver as its links are loaded. It goes without where there is none, but where making one
 * throws, nothing of a page would work: so there is none then.
 */
export function hideRefusedObserver(page: object): void {
  const works = attempt(() => Boolean(new IntersectionObserver(() => {})), false)
  if (!works) attempt(() => Object.defineProperty(page, 'IntersectionObserver', { value: undefined }), page)
}

/** For statistics, where it has to be another one than the last; for nothing that must not be guessed. */
export const randomText = (): string =>
  attempt(
    // Not a UUID, which browsers make over https and on this machine alone.
    () => crypto.getRandomValues(new Uint32Array(4)).join('-'),
    `${Date.now()}-${String(Math.random()).slice(2)}`,
  )
