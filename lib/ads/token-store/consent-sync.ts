import { type ConsentWindow, listenToConsentPlatform, type Signals } from './consent-platform'

const acknowledged = new WeakSet<Signals>()

/** Whether the server has recorded these signals of a platform, of whatever token store. */
export const isAcknowledged = (signals: Signals): boolean => acknowledged.has(signals)

/** The consent signals of this page, and how much of them the server has heard. */
export function createConsentSync(
  window: ConsentWindow,
  said: (changed: boolean) => void,
  ended: AbortSignal,
) {
  let latest: Signals | null = null
  let offered: Signals | null = null
  let heard: Signals | null = null
  let listening = false

  return {
    get latest() {
      return latest
    },
    /** Worth a POST of their own. */
    get untold() {
      return latest !== heard && latest !== offered
    },
    /** A consent platform may come late, so each page tries again. */
    listen(): void {
      if (listening || ended.aborted) return
      // A platform may answer at once, and what follows from that comes by here again.
      listening = true
      const end = listenToConsentPlatform(window, (signals) => {
        const changed = latest !== null
        latest = signals
        said(changed)
      })
      listening = end !== null
      if (end) ended.addEventListener('abort', end)
    },
    /** What a POST takes along; nothing when the server has it. */
    offer(): { signals?: Signals } {
      offered = latest
      return latest === null || latest === heard ? {} : { signals: latest }
    },
    deliver(signals: Signals): void {
      heard = signals
      acknowledged.add(signals)
    },
    /** The server has not taken them. */
    retry(): void {
      offered = null
    },
    /** The next reader has told the server nothing. */
    forget(): void {
      heard = null
      offered = null
    },
  }
}
