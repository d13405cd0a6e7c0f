import type { ConsentSignals } from '../../identity/public-identity'
import { type CreateConsentSync, createScheduler } from '../token-store/refresh-scheduler'
import { type ConsentWindow, listenToConsentPlatform } from './consent-platform'

const acknowledged = new WeakSet<ConsentSignals>()

/** Whether the server has recorded these signals, sent by whatever token store. */
export const isAcknowledged = (signals: ConsentSignals): boolean => acknowledged.has(signals)

/** The refresh scheduler of a page that may have a consent platform (CMP). */
export const createSchedulerWithConsent: typeof createScheduler = (env, store) =>
  createScheduler(env, store, createConsentSync)

/** The consent signals of this page, and how much of them the server has acknowledged. */
const createConsentSync: CreateConsentSync = (window, onSignals, ended) => {
  let latest: ConsentSignals | null = null
  let sent: ConsentSignals | null = null
  let taken: ConsentSignals | null = null
  let listening = false

  return {
    get latest() {
      return latest
    },
    get unsent() {
      return latest !== taken && latest !== sent
    },
    listen() {
      if (listening || ended.aborted) return
      // A platform may answer at once, and what follows from that calls this again.
      listening = true
      const end = listenToConsentPlatform(window as ConsentWindow, (signals) => {
        const changed = latest !== null
        latest = signals
        onSignals(changed)
      })
      listening = end !== null
      if (end) ended.addEventListener('abort', end)
    },
    takeUnsent() {
      sent = latest
      return latest === null || latest === taken ? {} : { signals: latest }
    },
    acknowledge(signals) {
      taken = signals
      acknowledged.add(signals)
    },
    retry() {
      sent = null
    },
    forget() {
      taken = null
      sent = null
    },
  }
}
