import { clearGptCacheWith } from './google/signals-cache'
import { liftPrebidOptOut, removeLeftovers, setPrebidOptOut } from './leftovers'
import { oncePerWindow } from './once-per-window'
import { removeSdkLeftovers } from './sdk-storage'
import { browserEnvironment, type TokenStoreEnvironment } from './token-store/browser'
import { createTokenStore } from './token-store/token-store'
import type { TokenStore } from './token-store/transitions'

/**
 * The page's token store: components, forms and a publisher's own scripts all mean the same one. What others keep of an
 * identity in this browser goes with it, also on pages without ads.
 */
export function pageTokenStore(): TokenStore {
  return oncePerWindow('tokenStore', () => {
    const tokenStore = createTokenStore({ ...browserEnvironment(), loadScheduler })
    tokenStore.on('available', (state) => {
      // Another reader may have signed in elsewhere (at a provider, on another host), unseen by our pages.
      removeSdkLeftovers(state.status === 'available' ? state.identity : undefined)
      liftPrebidOptOut()
    })
    // The control group has consented too. Only the token is missing.
    tokenStore.on('withheld', () => {
      removeLeftovers()
      liftPrebidOptOut()
    })
    tokenStore.on('cleared', ({ status }) => {
      removeLeftovers()
      if (status === 'denied' || status === 'opted_out') setPrebidOptOut()
    })
    clearGptCacheWith(tokenStore)
    return tokenStore
  })
}

/** The scheduler that also tells the server what a consent platform says. A page without one needs only the default. */
const loadScheduler: TokenStoreEnvironment['loadScheduler'] = (loaded) => {
  import('./consent/consent-sync').then(
    ({ createSchedulerWithConsent }) => loaded(createSchedulerWithConsent),
    () => {},
  )
}
