import { type Bidder, channels, type Plan, type PlanName, plans } from './channels'
import { createConsentWait } from './consent-wait'
import { createGptAuctioneer } from './google/gpt'
import { loadGpt } from './google/gpt-loader'
import { keyValues } from './google/key-values'
import { answerGoogleDeploy, prebidSignals, pushSecureSignals } from './google/secure-signals'
import { clearHeldSignals } from './google/signals-cache'
import type { ConsentWindow } from './handoff/consent-platform'
import { loadOncePerWindow, oncePerWindow } from './once-per-window'
import { pageExposures } from './page-exposures'
import { pageHandoff } from './page-handoff'
import { createPrebidAuctioneer, type HeaderBidding } from './prebid/prebid'
import { loadPrebid } from './prebid/prebid-loader'
import { createPrebidRefresh, type PrebidRefresh } from './prebid/prebid-refresh'
import { loadScript } from './script-tag'
import { type SiteSettings, siteSettings } from './site-settings'
import type { Auctioneer } from './slots/auctioneer'
import { createExposures } from './slots/exposures'
import { browserView } from './slots/in-view'
import { createSlots, type Slots } from './slots/slots'
import { refreshBySdk } from './uid2-sdk'

/** The page's slots, connected to its hand-off and to the ad stack of a plan. Rejects when the site is out of reach. */
export function pageSlots(name: PlanName): Promise<Slots> {
  return loadOncePerWindow(`slots.${name}`, async () => {
    const plan: Plan = plans[name]
    // It takes longest, and is needed in any case.
    if (plan.bidders) import('prebid.js').catch(() => {})
    const settings = await siteSettings()
    const handoff = pageHandoff()
    const refresher = refresherOf(plan, settings)
    if (refresher?.by === 'sdk') startSdk(settings, refresher.operatorUrl)
    return createSlots({
      handoff,
      auctioneer: auctioneerOf(plan, settings),
      exposures: createExposures(handoff, pageExposures()),
      view: browserView(),
      identityTimeoutMs: channels.identityTimeoutMs,
      lazyScreens: channels.lazyScreens,
      refreshAfterMs: channels.refreshAfterMs,
      nextFrame: (run) => requestAnimationFrame(run),
      setTimeout: (run, ms) => window.setTimeout(run, ms),
    })
  })
}

function auctioneerOf(plan: Plan, settings: SiteSettings): Auctioneer {
  const { gpt } = plan
  const owner = gpt && signalsOwner(plan.secureSignals)
  const headerBidding = headerBiddingOf(plan, settings, owner)
  if (gpt === null) return headerBidding ?? none
  return createGptAuctioneer({
    load: () => loadGpt(owner === 'google'),
    consent: consentForGoogle,
    adUnitPath: gpt.adUnitPath,
    headerBidding,
    keyValues: () => keyValues(pageHandoff().getSnapshot(), settings.product),
    fillTimeoutMs: channels.fillTimeoutMs,
    setTimeout: (run, ms) => window.setTimeout(run, ms),
  })
}

function headerBiddingOf(
  plan: Plan,
  settings: SiteSettings,
  owner: Plan['secureSignals'],
): HeaderBidding | null {
  const canBid = ({ via }: Bidder) => via === 'browser' || settings.prebidServer !== null
  const bidders = plan.bidders?.filter(canBid) ?? []
  if (bidders.length === 0) return null
  const refresher = refresherOf(plan, settings)
  return createPrebidAuctioneer({
    load: () => loadPrebid(bidders),
    bidders,
    refresh: refresher?.by === 'prebid' ? refreshByPrebid(refresher.operatorUrl) : undefined,
    signals: owner === 'prebid' ? prebidSignals(settings.product, pageHandoff()) : undefined,
  })
}

/** Who refreshes in this window: the first plan decides, because two would each make tokens of their own. */
const refresherOf = ({ refresher }: Plan, { clientRefresh }: SiteSettings) =>
  clientRefresh && {
    by: oncePerWindow('refresher', () => refresher),
    operatorUrl: new URL(clientRefresh.operatorUrl, location.origin).href,
  }

const refreshByPrebid = (operatorUrl: string): PrebidRefresh =>
  oncePerWindow('prebid.refresh', () =>
    createPrebidRefresh({
      handoff: pageHandoff(),
      operatorUrl,
      now: () => Date.now(),
      setTimeout: (run, ms) => window.setTimeout(run, ms),
      clearTimeout: (timer) => window.clearTimeout(timer),
    }),
  )

/** Who gives the signals in this window: the first plan decides, because nothing de-duplicates them. */
function signalsOwner(wanted: Plan['secureSignals']): Plan['secureSignals'] {
  if (wanted === null) return null
  return oncePerWindow('secure-signals', () => {
    if (wanted === 'push') pushSecureSignals(pageHandoff(), consentForGoogle)
    if (wanted === 'google') answerGoogleDeploy(pageHandoff(), consentForGoogle)
    return wanted
  })
}

/** Prebid asks the page's consent platform itself. Google's tag does not know what it says of UID2. */
async function consentForGoogle(): Promise<boolean> {
  const wait = oncePerWindow('consent', () =>
    createConsentWait({
      window: window as ConsentWindow,
      handoff: pageHandoff(),
      timeoutMs: channels.consentTimeoutMs,
      setTimeout: (run, ms) => window.setTimeout(run, ms),
    }),
  )
  const allowed = await wait()
  // One of an earlier page.
  if (!allowed) clearHeldSignals()
  return allowed
}

function startSdk({ product, mode }: SiteSettings, operatorUrl: string): void {
  const scripts = mode === 'sandbox' ? sandboxScripts : channels.scripts
  oncePerWindow('sdk', () => {
    refreshBySdk({
      handoff: pageHandoff(),
      product,
      operatorUrl,
      load: () => loadOncePerWindow('sdk.script', () => loadScript(scripts[`${product}Sdk`])),
      now: () => Date.now(),
      setTimeout: (run, ms) => window.setTimeout(run, ms),
    })
    return true
  })
}

const sandboxScripts = { uid2Sdk: '/sandbox/cdn/uid2-sdk.js', euidSdk: '/sandbox/cdn/euid-sdk.js' }

/** Neither header bidding nor an ad server: the slots stay quiet. */
const none: Auctioneer = {
  applyToken: async () => {},
  auction: async () => ({ winners: new Map(), withToken: false }),
  release() {},
}
