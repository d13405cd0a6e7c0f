import type { AdConfig } from './ad-setup'
import { randomText } from './browser-apis'
import { oncePerWindow } from './once-per-window'
import type { Exposure } from './slots/exposures'

/** As many as a page keeps: a visit makes a few for each slot. */
const KEPT = 500

export interface ExposureRecord {
  /** An identifier of this page load. */
  readonly visit: string
  tell(exposure: Exposure): void
  /** What this page load has told so far, oldest first; the same array until there is more. */
  all(): readonly Exposure[]
  subscribe(listener: () => void): () => void
}

/** What this page has recorded of a hold-out. */
export const pageExposures = (): ExposureRecord =>
  oncePerWindow('exposures', () => {
    const visit = randomText()
    const listeners = new Set<() => void>()
    let all: readonly Exposure[] = []
    return {
      visit,
      tell(exposure) {
        all = [...all, exposure].slice(-KEPT)
        for (const notify of listeners) notify()
      },
      all: () => all,
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
  })

/** The record as the slots write it: kept by the page, and told to your own statistics (docs/hold-out.md). */
export function holdOutRecord({ unit, onExposure }: AdConfig['holdOut']) {
  const record = pageExposures()
  return {
    unit: () => unit?.() ?? record.visit,
    tell(exposure: Exposure): void {
      record.tell(exposure)
      onExposure?.(exposure)
    },
  }
}
