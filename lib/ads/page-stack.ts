import type { AdSettings, AdSetup, Bidder } from './ad-setup'
import type { ConsentWindow } from './consent/consent-platform'
import { type ConsentWait, createConsentWait } from './consent/consent-wait'
import { createGptAuctioneer } from './google/gpt'
import { loadGpt } from './google/gpt-loader'
import { keyValues } from './google/key-values'
import { answerGoogleDeploy, prebidSignals, pushSecureSignals } from './google/secure-signals'
import { clearHeldSignals } from './google/signals-cache'
import { loadOncePerWindow, oncePerWindow } from './once-per-window'
import { startCleanUp } from './page-clean-up'
import { holdOutRecord } from './page-exposures'
import { pageTokenStore } from './page-token-store'
import { loadPrebid } from './prebid/prebid-loader'
import { createPrebidRefresh, type PrebidRefresh } from './prebid/prebid-refresh'
import { loadScript } from './script-tag'
import type { Auctioneer } from './slots/auctioneer'
import { createExposures } from './slots/exposures'
import { createPrebidAuctioneer, type HeaderBidding } from './slots/header-bidding'
import { browserView } from './slots/in-view'
import { createSlots, type Slots } from './slots/slots'
import { refreshBySdk } from './uid2-sdk'

/** The page's slots, connected to its token store and to the ad stack of a setup. Rejects when the site is out of reach. */
export function pageSlots(setup: AdSetup, getSettings: () => Promise<AdSettings>): Promise<Slots> {
  // What another reader left is gone before any script of others runs.
  startCleanUp()
  return loadOncePerWindow(`slots.${setup.name}`, async () => {
    const settings = await getSettings()
    const tokenStore = pageTokenStore()
    const refresher = refresherOf(setup, settings)
    if (refresher?.by === 'sdk') startSdk(settings, refresher.operatorUrl)
    return createSlots({
      tokenStore,
      auctioneer: auctioneerOf(setup, settings),
      exposures: createExposures(tokenStore, holdOutRecord(settings.holdOut)),
      view: browserView(),
      identityTimeoutMs: settings.identityTimeoutMs,
      lazyScreens: settings.lazyScreens,
      refreshAfterMs: settings.refreshAfterMs,
      nextFrame: (run) => requestAnimationFrame(run),
      setTimeout: (run, ms) => window.setTimeout(run, ms),
    })
  })
}

function auctioneerOf(setup: AdSetup, settings: AdSettings): Auctioneer {
  const { gpt } = setup
  const owner = gpt && signalsOwner(setup.secureSignals, settings)
  const headerBidding = headerBiddingOf(setup, settings, owner)
  if (gpt === null) return headerBidding ?? none
  return createGptAuctioneer({
    load: () => loadGpt(settings.scripts.gpt(owner === 'google')),
    consent: consentForGoogle(settings),
    adUnitPath: gpt.adUnitPath,
    headerBidding,
    keyValues: () => keyValues(pageTokenStore().getSnapshot(), settings.product),
    fillTimeoutMs: settings.fillTimeoutMs,
    setTimeout: (run, ms) => window.setTimeout(run, ms),
  })
}

function headerBiddingOf(
  setup: AdSetup,
  settings: AdSettings,
  owner: AdSetup['secureSignals'],
): HeaderBidding | null {
  const canBid = ({ via }: Bidder) => via === 'browser' || settings.prebidServer !== null
  const bidders = setup.bidders?.filter(canBid) ?? []
  if (bidders.length === 0) return null
  const refresher = refresherOf(setup, settings)
  return createPrebidAuctioneer({
    load: () => loadPrebid(bidders, settings),
    bidders,
    auctionTimeoutMs: settings.auctionTimeoutMs,
    bidderParams: settings.bidderParams,
    refresh: refresher?.by === 'prebid' ? refreshByPrebid(refresher.operatorUrl) : undefined,
    signals: owner === 'prebid' ? prebidSignals(settings.product, pageTokenStore()) : undefined,
  })
}

/** Who refreshes in this window: the first setup decides, because two would each make tokens of their own. */
const refresherOf = ({ refresher }: AdSetup, { clientRefresh }: AdSettings) =>
  clientRefresh && {
    by: oncePerWindow('refresher', () => refresher),
    operatorUrl: new URL(clientRefresh.operatorUrl, location.origin).href,
  }

const refreshByPrebid = (operatorUrl: string): PrebidRefresh =>
  oncePerWindow('prebid.refresh', () =>
    createPrebidRefresh({
      tokenStore: pageTokenStore(),
      operatorUrl,
      now: () => Date.now(),
      setTimeout: (run, ms) => window.setTimeout(run, ms),
      clearTimeout: (timer) => window.clearTimeout(timer),
    }),
  )

/** Who gives the signals in this window: the first setup decides, because nothing de-duplicates them. */
function signalsOwner(wanted: AdSetup['secureSignals'], settings: AdSettings): AdSetup['secureSignals'] {
  if (wanted === null) return null
  return oncePerWindow('secure-signals', () => {
    if (wanted === 'push') pushSecureSignals(pageTokenStore(), consentForGoogle(settings))
    if (wanted === 'google') answerGoogleDeploy(pageTokenStore(), consentForGoogle(settings))
    return wanted
  })
}

/** Prebid asks the page's consent platform itself. Google's tag does not know what it says of UID2. */
const consentForGoogle =
  ({ consentTimeoutMs }: AdSettings): ConsentWait =>
  async () => {
    const wait = oncePerWindow('consent', () =>
      createConsentWait({
        window: window as ConsentWindow,
        tokenStore: pageTokenStore(),
        timeoutMs: consentTimeoutMs,
        setTimeout: (run, ms) => window.setTimeout(run, ms),
      }),
    )
    const allowed = await wait()
    // One of an earlier page.
    if (!allowed) clearHeldSignals()
    return allowed
  }

function startSdk({ product, scripts }: AdSettings, operatorUrl: string): void {
  oncePerWindow('sdk', () => {
    refreshBySdk({
      tokenStore: pageTokenStore(),
      product,
      operatorUrl,
      load: () => loadOncePerWindow('sdk.script', () => loadScript(scripts.sdk)),
      now: () => Date.now(),
      setTimeout: (run, ms) => window.setTimeout(run, ms),
    })
    return true
  })
}

/** Neither header bidding nor an ad server: the slots stay quiet. */
const none: Auctioneer = {
  applyToken: async () => {},
  auction: async () => ({ winners: new Map(), withToken: false }),
  release() {},
}
