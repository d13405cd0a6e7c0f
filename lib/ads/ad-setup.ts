import type { BrowserAdapter } from './prebid/browser-adapter'
import type { SiteSettings } from './site-settings'
import type { Exposure } from './slots/exposures'

/** One bidder of the header auction. */
export type Bidder =
  | { code: string; via: 'prebid-server' }
  /** Called by the browser, by one of Prebid's modules, which registers itself as it is imported. */
  | { code: string; via: 'browser'; module: () => Promise<unknown> }
  /** Called by the browser, by an adapter of your own. */
  | { code: string; via: 'browser'; adapter: () => Promise<BrowserAdapter> }

/** The ways by which a page gives the token away. */
export interface AdSetup {
  /** Slots of pages with the same name share one ad stack. */
  name: string
  /** Who bids in Prebid.js; null: no header bidding. */
  bidders: readonly Bidder[] | null
  /** Google's tag as the ad server; null: the page shows the winning header bids itself. */
  gpt: { adUnitPath(slot: string): string } | null
  /**
   * Who gives the token to Google's tag as a secure signal. Exactly one, because nothing de-duplicates them:
   * `push` is ours; `google` lets Google's tag load the UID2 script, which asks the page; `prebid` is Prebid's.
   * Null without `gpt`: there is no tag to give it to. Ad Manager must be set to the same (docs/channels.md).
   */
  secureSignals: 'push' | 'google' | 'prebid' | null
  /** Under UID2_HANDOFF=client: who refreshes the token in the browser. Prebid can where there are bidders. */
  refresher: 'prebid' | 'sdk'
}

/** What is the same for every setup of a site. */
export interface AdConfig {
  /** What each bidder needs to know of an ad unit. */
  bidderParams(bidder: string, slot: string): Record<string, unknown>
  /**
   * Bidders that may bid if GDPR applies although they are not on IAB Europe's list of vendors, so that no reader can
   * consent to them. With real bidders this is a question for your lawyer.
   */
  vendorExceptions: readonly string[]
  /**
   * Other user-ID modules of Prebid, and their settings in `userSync.userIds`. They stay beside UID2, and are cleared
   * with it when the reader signs out.
   */
  userIds: { modules(): Promise<unknown>; settings: { name: string }[] } | null
  auctionTimeoutMs: number
  /** How long the first auction may wait for the page's consent platform. Without an answer GDPR counts as refused. */
  consentTimeoutMs: number
  /** How long the first auction may wait for the identity before it goes out without one. */
  identityTimeoutMs: number
  /** How long Google's tag may take to fill the slots before the page stops waiting for it. */
  fillTimeoutMs: number
  /** A slot is sold once it is within so many screens of being seen. */
  lazyScreens: number
  /**
   * A slot is sold again after so long in view, ms; null: never. Below 30 s counts as 30 s, which is what buyers
   * accept. https://support.google.com/admanager/answer/6286179
   */
  refreshAfterMs: number | null
  /** Where a hold-out's record goes: docs/hold-out.md has its columns, and an example. */
  holdOut: {
    /** The identifier by which your own statistics know the reader; without one, a random one of each page load. */
    unit?: (() => string) | undefined
    onExposure?: ((exposure: Exposure) => void) | undefined
  }
}

/** All that the ad stack of a page has to know: the site's own configuration, and what its server says of the deployment. */
export interface AdSettings extends AdConfig, SiteSettings {
  /** Every bidder that any page of the site calls by the Prebid Server: Prebid takes this list once per window. */
  serverBidders: readonly string[]
  /** Scripts of others. `deploysUid2`: Ad Manager is set to load the UID2 script by itself. */
  scripts: { gpt(deploysUid2: boolean): string; sdk: string }
}
