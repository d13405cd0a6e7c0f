import type { Signals } from './consent-platform.ts'
import type { HandoffEnvironment } from './environment.ts'

/** The consent signals of this page, and how much of them the server has heard. */
export function createConsentNews(listen: HandoffEnvironment['consent'], said: (changed: boolean) => void) {
  let latest: Signals | null = null
  let offered: Signals | null = null
  let heard: Signals | null = null
  let overdue = false
  let end: (() => void) | null = null

  return {
    get latest() {
      return latest
    },
    /** Worth a POST of their own, which they get once. One that fails leaves them to the next that is made anyway. */
    get untold() {
      return latest !== heard && latest !== offered
    },
    /** The reader has changed their mind, and no answer counts but one that knows of it. */
    get overdue() {
      return overdue
    },
    press(): void {
      overdue = true
    },
    /** A consent platform may come late, so each page tries again. */
    listen(): void {
      end ??= listen((signals) => {
        const changed = latest !== null
        latest = signals
        said(changed)
      })
    },
    /** What a POST takes along; null when the server has it. */
    offer(): Signals | null {
      offered = latest
      return latest === heard ? null : latest
    },
    deliver(signals: Signals): void {
      heard = signals
      overdue = false
    },
    /** The next reader has told the server nothing. */
    forget(): void {
      heard = null
      offered = null
    },
    stop: () => end?.(),
  }
}
