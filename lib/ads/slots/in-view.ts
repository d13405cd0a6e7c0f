import { observeIntersection } from '../browser-apis'

/** What of a page is in view, and for how long. */
export interface View {
  /** Runs once the element is within so many screens of being seen: at once where it already is. */
  whenNear(element: Element, screens: number, run: () => void): () => void
  /** Runs once half of the element has been in view for that long, ms, in a tab that was looked at. */
  whenSeen(element: Element, ms: number, run: () => void): () => void
}

const HALF = 0.5

export function browserView(): View {
  return {
    whenNear(element, screens, run) {
      const margin = screens * window.innerHeight
      const { top, bottom } = element.getBoundingClientRect()
      if (top < window.innerHeight + margin && bottom > -margin) {
        run()
        return () => {}
      }
      const observer = observeIntersection(element, { rootMargin: `${margin}px 0px` }, (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return
        observer?.disconnect()
        run()
      })
      // Where nothing can be watched, every slot is near.
      if (observer === null) run()
      return () => observer?.disconnect()
    },
    whenSeen(element, ms, run) {
      let left = ms
      let inView = false
      let since: number | null = null
      let timer = 0
      /** Time counts while all of it holds: half in view, and the tab looked at. */
      const update = () => {
        window.clearTimeout(timer)
        if (since !== null) left -= performance.now() - since
        since = null
        if (!inView || document.visibilityState === 'hidden') return
        since = performance.now()
        timer = window.setTimeout(() => {
          end()
          run()
        }, left)
      }
      // Where nothing can be watched, nothing has been seen.
      const observer = observeIntersection(element, { threshold: HALF }, (entries) => {
        // Some browsers call it intersecting from its first pixel on, whatever the threshold.
        inView = (entries.at(-1)?.intersectionRatio ?? 0) >= HALF
        update()
      })
      const end = () => {
        window.clearTimeout(timer)
        observer?.disconnect()
        document.removeEventListener('visibilitychange', update)
      }
      document.addEventListener('visibilitychange', update)
      return end
    },
  }
}
