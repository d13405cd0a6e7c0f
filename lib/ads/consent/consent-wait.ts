import { consentMatters } from '../token-store/refresh-scheduler'
import type { TokenStore } from '../token-store/transitions'
import { type ConsentWindow, hasConsentPlatform } from './consent-platform'
import { isAcknowledged } from './consent-sync'

/** Resolves once it is known whether consent allows sending the token. False: it is not allowed, or not known. */
export type ConsentWait = () => Promise<boolean>

export interface ConsentWaitEnvironment {
  window: ConsentWindow
  tokenStore: Pick<TokenStore, 'getSnapshot' | 'settled' | 'signals' | 'subscribe'>
  /** The longest that the page's first auction waits, ms. */
  timeoutMs: number
  setTimeout(run: () => void, ms: number): unknown
}

/**
 * For those who do not ask a consent platform (CMP) themselves: the first auction of a page waits until the platform
 * has spoken and the server has answered to it, because that may take the token away. All others go on at once.
 */
export function createConsentWait({
  window,
  tokenStore,
  timeoutMs,
  setTimeout,
}: ConsentWaitEnvironment): ConsentWait {
  let first: Promise<void> | null = null

  function isSettled(): boolean {
    const state = tokenStore.getSnapshot()
    const said = tokenStore.signals()
    return said !== null && state.status !== 'loading' && (isAcknowledged(said) || !consentMatters(state))
  }

  return async () => {
    if (!hasConsentPlatform(window)) return true
    first ??= new Promise((resolve) => {
      const end = tokenStore.subscribe(() => isSettled() && done())
      const done = () => {
        end()
        resolve()
      }
      setTimeout(done, timeoutMs)
      // Looks again, because a platform may load after the page started.
      void tokenStore.settled()
      if (isSettled()) done()
    })
    await first
    if (isSettled()) return true
    // A platform for the TCF is there because GDPR may apply. Its signals count once the server has recorded them.
    return tokenStore.signals() === null && typeof window.__tcfapi !== 'function'
  }
}
