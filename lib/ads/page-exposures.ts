import { adConfig } from './ad-config'
import { randomText } from './browser-apis'
import { oncePerWindow } from './once-per-window'
import type { Exposure } from './slots/exposures'

/** As many as a page keeps: a visit makes a few for each slot. */
const KEPT = 500

export interface ExposureRecord {
  unit(): string
  tell(exposure: Exposure): void
  /** What this page load has told so far, oldest first; the same array until there is more. */
  all(): readonly Exposure[]
  subscribe(listener: () => void): () => void
}

/** What this page tells of a hold-out: to your own statistics (ad-config.ts), and to whoever looks at the page. */
export const pageExposures = (): ExposureRecord =>
  oncePerWindow('exposures', () => {
    const { unit, onExposure } = adConfig.holdOut
    const visit = randomText()
    const listeners = new Set<() => void>()
    let all: readonly Exposure[] = []
    return {
      unit: () => unit?.() ?? visit,
      tell(exposure) {
        all = [...all, exposure].slice(-KEPT)
        for (const notify of listeners) notify()
        onExposure?.(exposure)
      },
      all: () => all,
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
  })
