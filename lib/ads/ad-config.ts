import type { BrowserAdapter } from './prebid/browser-adapter'
import type { Exposure } from './slots/exposures'

/** One bidder of the header auction. */
export type Bidder =
  | { code: string; via: 'prebid-server' }
  /** Called by the browser itself, through an adapter: one of Prebid's modules, or one of your own. */
  | { code: string; via: 'browser'; adapter: () => Promise<BrowserAdapter> }

/** The ways by which the pages of a site hand the token over. */
export interface AdSetup {
  /** Who bids in Prebid.js; null: no header bidding. */
  bidders: readonly Bidder[] | null
  /** Google's tag as the ad server; null: the page shows the winning header bids itself. */
  gpt: { adUnitPath(slot: string): string } | null
  /**
   * Who gives the token to Google's tag as a secure signal. Exactly one, because nothing de-duplicates them:
   * `push` is ours; `google` lets Google's tag load the UID2 script, which asks the page; `prebid` is Prebid's.
   * Null without `gpt`: there is nobody to give it to. Ad Manager is set to the same (docs/channels.md).
   */
  secureSignals: 'push' | 'google' | 'prebid' | null
  /** Under UID2_HANDOFF=client: who refreshes the token in the browser. Prebid can where there are bidders. */
  refresher: 'prebid' | 'sdk'
}

const prebidServer: Bidder = { code: 'sandbox', via: 'prebid-server' }
const direct: Bidder = {
  code: 'sandboxdirect',
  via: 'browser',
  adapter: () => import('./prebid/sandbox-adapter').then(({ sandboxAdapter }) => sandboxAdapter),
}
const adUnitPath = (slot: string): string => `/1234567/lantern/${slot}`

/**
 * The one file to edit for your own ad stack. `site` is what the pages use; the others are those of the pages
 * below /patterns, each way by itself. The Prebid Server is a setting of the deployment (PREBID_SERVER_URL).
 */
export const adSetups = {
  site: { bidders: [prebidServer], gpt: null, secureSignals: null, refresher: 'prebid' },
  'prebid-server': { bidders: [prebidServer], gpt: null, secureSignals: null, refresher: 'prebid' },
  'prebid-adapter': { bidders: [direct], gpt: null, secureSignals: null, refresher: 'prebid' },
  'browser-sdk': { bidders: [prebidServer], gpt: null, secureSignals: null, refresher: 'sdk' },
  'secure-signals': { bidders: null, gpt: { adUnitPath }, secureSignals: 'push', refresher: 'sdk' },
  'google-deploy': { bidders: null, gpt: { adUnitPath }, secureSignals: 'google', refresher: 'sdk' },
  'prebid-signals': {
    bidders: [prebidServer],
    gpt: { adUnitPath },
    secureSignals: 'prebid',
    refresher: 'prebid',
  },
  several: {
    bidders: [prebidServer, direct],
    gpt: { adUnitPath },
    secureSignals: 'push',
    refresher: 'prebid',
  },
} satisfies Record<string, AdSetup>

export type AdSetupName = keyof typeof adSetups

export const adConfig = {
  /** What each bidder needs to know of an ad unit; the sandbox exchange needs nothing. */
  bidderParams: (() => ({})) as (bidder: string, slot: string) => Record<string, unknown>,
  /**
   * Bidders that may bid where GDPR applies although they are no vendors of IAB Europe's list, so that no reader can
   * consent to them. The sandbox exchange is none; with real bidders this is a question for your lawyer.
   */
  vendorExceptions: ['sandbox', 'sandboxdirect'],
  auctionTimeoutMs: 1_000,
  /** How long the first auction may wait for the page's consent platform. Without an answer GDPR counts as refused. */
  consentTimeoutMs: 1_000,
  /** How long the first auction may wait for the identity before it goes out without one. */
  identityTimeoutMs: 1_000,
  /** How long Google's tag may take to fill the slots before the page stops waiting for it. */
  fillTimeoutMs: 5_000,
  /** A slot is sold once it is within so many screens of being seen. */
  lazyScreens: 5,
  /**
   * A slot is sold anew after so long in view, ms; null: never. Below 30 s counts as 30 s, which is what buyers
   * accept. https://support.google.com/admanager/answer/6286179
   */
  refreshAfterMs: null as number | null,
  /** Where a hold-out's record goes: docs/hold-out.md has its columns, and an example. */
  holdOut: {
    /** The identifier by which your own statistics know the reader; without one, a random one of each page load. */
    unit: undefined as (() => string) | undefined,
    onExposure: undefined as ((exposure: Exposure) => void) | undefined,
  },
  /**
   * Where the scripts of others come from with a real operator; in the sandbox stand-ins take their place.
   * https://unifiedid.com/docs/sdks/sdk-ref-javascript, https://euid.eu/docs/guides/integration-javascript-client-side
   */
  scripts: {
    gpt: 'https://securepubads.g.doubleclick.net/tag/js/gpt.js',
    uid2Sdk: 'https://cdn.prod.uidapi.com/uid2-sdk-4.0.1.js',
    euidSdk: 'https://cdn.prod.euid.eu/euid-sdk-4.0.1.js',
  },
}
