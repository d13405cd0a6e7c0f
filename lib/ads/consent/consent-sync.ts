import type { ConsentSignals } from '../../identity/public-identity'
import { createScheduler } from '../token-store/refresh-scheduler'
import type { CreateConsentSync } from '../token-store/transitions'
import { type ConsentWindow, listenToConsentPlatform } from './consent-platform'

const acknowledged = new WeakSet<ConsentSignals>()

/** Whether the server has recorded these signals, sent by whatever token store. */
export const isAcknowledged = (signals: ConsentSignals): boolean => acknowledged.has(signals)

/** The refresh scheduler of a page that may have a consent platform (CMP). */
export const createSchedulerWithConsent: typeof createScheduler = (env, store) =>
  createScheduler(env, store, createConsentSync)

/** The consent signals of this page, and how much of them the server has acknowledged. */
const createConsentSync: CreateConsentSync = (window, onSignals) => {
  let latest: ConsentSignals | null = null
  let taken: ConsentSignals | null = null
  let isListening = false

  return {
    get latest() {
      return latest
    },
    get unsent() {
      return latest === taken ? null : latest
    },
    listen() {
      if (isListening) return
      // A platform may answer at once, and what follows from that calls this again.
      isListening = true
      isListening = listenToConsentPlatform(window as ConsentWindow, (signals) => {
        const isChange = latest !== null
        latest = signals
        onSignals(isChange)
      })
    },
    acknowledge(signals) {
      taken = signals
      acknowledged.add(signals)
    },
    forget() {
      taken = null
    },
  }
}
