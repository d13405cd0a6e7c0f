import type { AdConfig, AdSettings, AdSetup, Bidder } from '#lib/ads/ad-setup.ts'
import { siteSettings } from '#lib/ads/site-settings.ts'

/** The sandbox's own bidders. */
const prebidServer: Bidder = { code: 'sandbox', via: 'prebid-server' }
const direct: Bidder = {
  code: 'sandboxdirect',
  via: 'browser',
  adapter: () => import('./sandbox-adapter.ts').then(({ sandboxAdapter }) => sandboxAdapter),
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
} satisfies Record<string, Omit<AdSetup, 'name'>>

export type AdSetupName = keyof typeof adSetups

export const adConfig: AdConfig = {
  // The sandbox exchange needs nothing.
  bidderParams: () => ({}),
  vendorExceptions: ['sandbox', 'sandboxdirect'],
  userIds: null,
  auctionTimeoutMs: 1_000,
  consentTimeoutMs: 1_000,
  identityTimeoutMs: 1_000,
  fillTimeoutMs: 5_000,
  lazyScreens: 5,
  refreshAfterMs: null,
  holdOut: {
    unit: undefined,
    onExposure: undefined,
  },
}

/**
 * Where the scripts of others come from.
 * https://unifiedid.com/docs/sdks/sdk-ref-javascript, https://euid.eu/docs/guides/integration-javascript-client-side
 */
const scripts = {
  gpt: 'https://securepubads.g.doubleclick.net/tag/js/gpt.js',
  uid2: 'https://cdn.prod.uidapi.com/uid2-sdk-4.0.1.js',
  euid: 'https://cdn.prod.euid.eu/euid-sdk-4.0.1.js',
}

export async function adSettings(): Promise<AdSettings> {
  const site = await siteSettings()
  const { mode, product } = site
  // In the sandbox stand-ins take their place; the one of Google's tag is told here what Ad Manager knows by itself.
  const sandbox = {
    gpt: (deploysUid2: boolean) => `/sandbox/cdn/gpt.js${deploysUid2 ? `?deploy=${product}` : ''}`,
    sdk: `/sandbox/cdn/${product}-sdk.js`,
  }
  return {
    ...adConfig,
    ...site,
    serverBidders: serverBidders(),
    scripts: mode === 'sandbox' ? sandbox : { gpt: () => scripts.gpt, sdk: scripts[product] },
  }
}

function serverBidders(): string[] {
  const all = Object.values<Omit<AdSetup, 'name'>>(adSetups).flatMap(({ bidders }) => bidders ?? [])
  return [...new Set(all.filter(({ via }) => via === 'prebid-server').map(({ code }) => code))]
}
