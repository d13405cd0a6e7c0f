import { cleanUpQueue } from './clean-up-queue'
import { oncePerWindow } from './once-per-window'
import { browserEnvironment, type TokenStoreEnvironment } from './token-store/browser'
import { createTokenStore } from './token-store/token-store'
import type { TokenEvent, TokenStore } from './token-store/transitions'

export const tokenEvents: readonly TokenEvent[] = ['available', 'refreshed', 'withheld', 'expired', 'cleared']

/**
 * The page's token store: components, forms and a publisher's own scripts all mean the same one. What others keep of an
 * identity in this browser goes with it, also on pages without ads.
 */
export function pageTokenStore(): TokenStore {
  return oncePerWindow('tokenStore', () => {
    const tokenStore = createTokenStore({ ...browserEnvironment(), loadScheduler })
    for (const event of tokenEvents) tokenStore.on(event, (state) => cleanUpQueue().push([event, state]))
    return tokenStore
  })
}

/**
 * Instead of `start` on a page without ads. What Prebid and the SDKs kept on the page before goes, too, also where that was
 * another load.
 */
export function disableAds(): void {
  const tokenStore = pageTokenStore()
  tokenStore.disableAds()
  import('./page-token-store-later').then(
    ({ removeLeftovers, startCleanUp }) => {
      startCleanUp()
      if (tokenStore.getSnapshot().status === 'unsupported') removeLeftovers()
    },
    () => {},
  )
}

/** The scheduler that also tells the server what a consent platform says. A page without one needs only the default. */
const loadScheduler: TokenStoreEnvironment['loadScheduler'] = (loaded) => {
  // After the first answer. If it cannot be loaded (offline, say), the next one tries again.
  import('./page-token-store-later').then(
    ({ createSchedulerWithConsent, startCleanUp }) => {
      startCleanUp()
      loaded(createSchedulerWithConsent)
    },
    () => {},
  )
}
