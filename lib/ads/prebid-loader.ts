import type { PrebidJS } from 'prebid.js'
import { channels } from './channels.ts'
import { type ConsentWindow, hasConsentPlatform, listenToConsentPlatform } from './consent-platform.ts'
import { loadOncePerWindow } from './once-per-window.ts'
import { siteSettings } from './site-settings.ts'
import { store } from './stored.ts'

/**
 * Prebid touches `window` as it is evaluated, so it is only ever imported in the browser, and once per
 * page: evaluating it again would list every module twice.
 */
export function loadPrebid(): Promise<PrebidJS> {
  return loadOncePerWindow('prebid', async () => {
    const [{ prebidServer }, { default: pbjs }] = await Promise.all([siteSettings(), import('prebid.js')])
    if (prebidServer === null) throw new Error('This deployment has no Prebid Server.')
    // Not listed by any other module, yet nothing works without it.
    await import('prebid.js/modules/userId')
    await Promise.all([
      import('prebid.js/modules/uid2IdSystem'),
      import('prebid.js/modules/euidIdSystem'),
      import('prebid.js/modules/prebidServerBidAdapter'),
    ])
    const consenting = window as ConsentWindow
    const consent = hasConsentPlatform(consenting) ? await loadConsent(consenting) : {}
    removeLeftovers()
    pbjs.setConfig({
      ...consent,
      // Otherwise every auction, and every event with it, is kept for as long as the page lives. Ours are
      // read as they end; a bid that asks for longer is kept until it runs out.
      minBidCacheTTL: 0,
      eventHistoryTTL: 0,
      userSync: { syncEnabled: false },
      s2sConfig: [
        {
          accountId: prebidServer.accountId,
          adapter: 'prebidServer',
          bidders: [...channels.bidders],
          enabled: true,
          endpoint: new URL(prebidServer.endpoint, location.origin).href,
          // None: cookie matching has no part in this.
          syncEndpoint: '',
          timeout: channels.auctionTimeoutMs,
        },
      ],
    })
    pbjs.processQueue()
    // An ID that Prebid refused while it did not know is looked at again once it does.
    listenToConsentPlatform(consenting, () => void pbjs.refreshUserIds())
    return pbjs
  })
}

const loadConsent = async (window: ConsentWindow) =>
  (await import('./prebid-consent.ts')).loadPrebidConsent(window)

/** An object left by a former set-up takes precedence over the token given, whoever's it was. */
function removeLeftovers(): void {
  for (const name of ['__uid2_advertising_token', '__euid_advertising_token']) {
    store(name, null)
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
    document.cookie = `${name}=; Max-Age=0; path=/`
  }
}

/** Prebid's own switch, which also stops the identifiers of other vendors. Lifted by a new yes only. */
export const setPrebidOptOut = (optedOut: boolean): void => store('_pbjs_id_optout', optedOut ? '1' : null)
