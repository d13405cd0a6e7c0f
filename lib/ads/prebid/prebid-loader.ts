import type { PrebidJS } from 'prebid.js'
import type { AdSettings, Bidder } from '../ad-setup'
import { isBannerMarkup } from '../banner-markup'
import { nextTask } from '../browser-apis'
import { type ConsentWindow, hasConsentPlatform, listenToConsentPlatform } from '../consent/consent-platform'
import { removePrebidLeftovers } from '../leftovers'
import { loadOncePerWindow } from '../once-per-window'
import type { BrowserAdapter } from './browser-adapter'
import { importPrebid } from './import-prebid'

type RegisterSpec = (adapter: undefined, code: string, spec: BrowserAdapter) => void

/** Prebid with everything that these bidders need. */
export async function loadPrebid(bidders: readonly Bidder[], settings: AdSettings): Promise<PrebidJS> {
  const pbjs = await loadBase(settings)
  for (const bidder of bidders) if (bidder.via === 'browser') await addAdapter(pbjs, bidder)
  // The first auction begins in a task of its own.
  await nextTask()
  return pbjs
}

const addAdapter = (pbjs: PrebidJS, bidder: Extract<Bidder, { via: 'browser' }>) =>
  loadOncePerWindow(`prebid.${bidder.code}`, async () => {
    // One of Prebid's modules registers itself.
    if ('module' in bidder) await bidder.module()
    else {
      // Prebid's type names the bidders of its own modules alone.
      const register = pbjs.registerBidAdapter as unknown as RegisterSpec
      register(undefined, bidder.code, await bidder.adapter())
    }
    return true
  })

/** Once per page: evaluating Prebid again would list every module twice. */
const loadBase = (settings: AdSettings): Promise<PrebidJS> =>
  loadOncePerWindow('prebid', async () => {
    const { prebidServer, clientRefresh, userIds } = settings
    const pbjs = await importPrebid(settings)
    await userIds?.modules()
    await nextTask()
    const consenting = window as ConsentWindow
    const consent = hasConsentPlatform(consenting) ? await loadConsent(consenting, settings) : {}
    // What Prebid itself has refreshed stays for it.
    if (clientRefresh === null) removePrebidLeftovers()
    pbjs.setConfig({
      ...consent,
      // Otherwise every auction, and every event with it, is kept for as long as the page lives. Ours are
      // read as they end; a bid that asks for longer is kept until it runs out.
      minBidCacheTTL: 0,
      eventHistoryTTL: 0,
      userSync: { syncEnabled: false, ...(userIds && { userIds: userIds.settings }) },
      // Prebid Server uses all of its `timeout`. Not set, it is three quarters of the auction's, so that the answer to
      // it arrives before the auction ends. https://docs.prebid.org/dev-docs/modules/prebidServer.html
      ...(prebidServer && {
        s2sConfig: [
          {
            accountId: prebidServer.accountId,
            adapter: 'prebidServer',
            bidders: [...settings.serverBidders],
            enabled: true,
            endpoint: new URL(prebidServer.endpoint, location.origin).href,
            // None: cookie matching has no part in this.
            syncEndpoint: '',
          },
        ],
      }),
    })
    pbjs.onEvent('bidAdjustment', keepFromWinning)
    pbjs.processQueue()
    // An ID that Prebid refused while it did not know is looked at again once it does.
    listenToConsentPlatform(consenting, () => void pbjs.refreshUserIds())
    return pbjs
  })

/** What Prebid puts in front of the markup of a bid that has a `nurl`, too. */
const pixel = /^<div style="[^"]*"><img src="[^"]*"><\/div>/

/** A bid that no frame can show gets no price, so that it wins over no other. Prebid lets listeners change a bid here. */
function keepFromWinning(bid: { ad?: string | undefined; cpm?: number }): void {
  if (bid.ad !== undefined && !isBannerMarkup(bid.ad.replace(pixel, ''))) bid.cpm = 0
}

const loadConsent = async (window: ConsentWindow, settings: AdSettings) =>
  (await import('./prebid-consent')).loadPrebidConsent(window, settings)
