import type { AdSetupName } from '#app/_ads/ad-config.ts'
import type { ItemName } from '#lib/registry/items.ts'

/** One way to hand the token over, with a page of its own. */
export interface Pattern {
  slug: string
  /** The heading of the list below which it stands. */
  group: 'Prebid.js' | 'Google Secure Signals' | 'All together, and without a browser' | 'To measure it'
  title: string
  /** One sentence for the list and below the headline. */
  line: string
  /** What happens, in order. */
  steps: readonly string[]
  /** What must be set in Google Ad Manager, where it takes part. */
  adManager?: string
  /** Where to read on, and what to copy. */
  files: readonly string[]
  /** The item of the registry that has it. */
  take: ItemName
  /** Which hand-off of the deployment it needs; null: either. */
  needs: 'server' | 'client' | null
  /** Which setup its page runs; null: it has a page of its own, next to `[pattern]`. */
  setup: AdSetupName | null
}

const valueSteps = [
  'The server makes and refreshes the token. The page gets the token and its times, and nothing that could renew it.',
  'Prebid takes the token as a value, which it neither checks nor refreshes. So the token store takes it away when it ends.',
]

export const serverToServer: Pattern = {
  slug: 'server-to-server',
  group: 'All together, and without a browser',
  title: 'Server to server',
  line: 'The bid request is built on the server and no script takes part: for apps, television, and pages without script.',
  steps: [
    'The server reads the reader’s identity as every page does, and builds an OpenRTB 2.6 request with user.eids.',
    'It asks the Prebid Server itself and renders the winning ads into the page.',
  ],
  files: ['lib/ads/server/openrtb.ts', 'lib/ads/server/server-auction.ts', 'docs/server-to-server.md'],
  take: 'uid2-openrtb',
  needs: null,
  setup: null,
}

/** Beside the ways: leaving the token out for some readers, to measure what it brings. */
export const holdOut: Pattern = {
  slug: 'hold-out',
  group: 'To measure it',
  title: 'A hold-out',
  line: 'For a share of readers the token is made and refreshed as always, but not given to the page: that shows what it brings.',
  steps: [
    'The group follows from a keyed hash of the address: the same on every device and after each sign-in, and a greater share only adds readers.',
    'A control reader’s token stays in the sealed cookie. The page, every script and every bidder get no byte of it.',
    'Each auction and impression of a reader who takes part is recorded with the group, and the group goes to the ad server as a key-value.',
  ],
  adManager:
    'Key-values uid2_present (y, n) and uid2_ab (n as usual, c control), reported on; euid_… with EUID.',
  files: ['lib/policies/holdout.ts', 'lib/ads/slots/exposures.ts', 'docs/hold-out.md'],
  take: 'uid2-policy-hold-out',
  needs: null,
  setup: null,
}

export const patterns: readonly Pattern[] = [
  {
    slug: 'prebid-server',
    group: 'Prebid.js',
    title: 'Prebid.js with a Prebid Server',
    line: 'One request from the browser; the Prebid Server asks the bidders. The pages of this site use it.',
    steps: [...valueSteps, 'It leaves the browser as user.ext.eids of one request to the Prebid Server.'],
    files: ['lib/ads/slots/header-bidding.ts', 'lib/ads/prebid/prebid-loader.ts'],
    take: 'uid2-prebid',
    needs: 'server',
    setup: 'prebid-server',
  },
  {
    slug: 'prebid-adapter',
    group: 'Prebid.js',
    title: 'Prebid.js with a bidder in the browser',
    line: 'Each bidder is asked by the browser itself, through its adapter.',
    steps: [...valueSteps, 'Prebid gives it to each adapter, which puts it into a request of its own.'],
    files: ['lib/ads/slots/header-bidding.ts', 'app/_ads/sandbox-adapter.ts'],
    take: 'uid2-prebid',
    needs: 'server',
    setup: 'prebid-adapter',
  },
  {
    slug: 'prebid-refresh',
    group: 'Prebid.js',
    title: 'Prebid.js refreshes',
    line: 'The browser gets the whole identity, and Prebid refreshes the token at the operator by itself.',
    steps: [
      'The server makes the identity once and gives it out as it is: six fields, the refresh token among them.',
      'Prebid refreshes when it is asked after the moment that the operator named, and keeps the result in this browser’s storage.',
      'An opt-out that Prebid hears is told to the server, which asks the operator itself and remembers.',
    ],
    files: ['lib/ads/prebid/prebid-refresh.ts', 'docs/decisions/021-client-hand-off.md'],
    take: 'uid2-ads',
    needs: 'client',
    setup: 'prebid-server',
  },
  {
    slug: 'browser-sdk',
    group: 'Prebid.js',
    title: 'The official browser SDK refreshes',
    line: 'The UID2 or EUID SDK for JavaScript holds and refreshes the token; Prebid is given each newer one.',
    steps: [
      'The server makes the identity once and gives it out as it is.',
      'The SDK gets it by init, refreshes it by a timer, and calls back with each newer token and with an opt-out.',
      'It keeps the identity in this browser’s storage; signing out disconnects it, which empties that.',
    ],
    files: ['lib/ads/uid2-sdk.ts', 'docs/decisions/021-client-hand-off.md'],
    take: 'uid2-ads',
    needs: 'client',
    setup: 'browser-sdk',
  },
  {
    slug: 'secure-signals',
    group: 'Google Secure Signals',
    title: 'Google Secure Signals',
    line: 'Google’s tag asks the page for the token, and passes it to the bidders that Ad Manager is set to share it with.',
    steps: [
      'No provider is registered before there is a token: what one first answers is kept for hours.',
      'Google’s tag calls it when it has nothing in its cache. The signal is the token itself, byte for byte.',
      'Signing out, an opt-out, a withdrawal and a token that ran out clear the cache; a plain refresh does not.',
      'Two key-values go along for reports: whether there was a token, and the hold-out group. No value says who.',
    ],
    adManager: 'Web Signal Deploy Option of uidapi.com (euid.eu): “Publisher deploy”.',
    files: [
      'lib/ads/google/secure-signals.ts',
      'lib/ads/google/signals-cache.ts',
      'lib/ads/google/gpt.ts',
      'lib/ads/google/key-values.ts',
    ],
    take: 'uid2-secure-signals',
    needs: null,
    setup: 'secure-signals',
  },
  {
    slug: 'google-deploy',
    group: 'Google Secure Signals',
    title: 'Secure Signals by Google’s own deployment',
    line: 'Google’s tag loads the script of UID2, and the page only answers its question.',
    steps: [
      'The page has getUid2AdvertisingToken (getEuidAdvertisingToken) before Google’s tag is loaded.',
      'Google’s tag loads the script because Ad Manager is set to; the script registers the provider.',
      'The function waits for the token, and rejects without one: an empty answer would be kept.',
    ],
    adManager: 'Web Signal Deploy Option of uidapi.com (euid.eu): “Google deploy”.',
    files: ['lib/ads/google/secure-signals.ts', 'lib/ads/google/gpt-loader.ts'],
    take: 'uid2-ads',
    needs: null,
    setup: 'google-deploy',
  },
  {
    slug: 'prebid-signals',
    group: 'Google Secure Signals',
    title: 'Secure Signals by Prebid.js',
    line: 'Prebid registers its identifiers as secure signals, beside its own auction.',
    steps: [
      'Prebid’s encryptedSignalSources names the source; it registers once Google’s tag is there and a token is known.',
      'The header auction runs first, and its prices go to Google’s tag as key-values.',
    ],
    adManager:
      'Web Signal Deploy Option of uidapi.com (euid.eu): “Prebid User ID module”, and “Use your Prebid configuration”.',
    files: ['lib/ads/google/secure-signals.ts', 'lib/ads/slots/header-bidding.ts'],
    take: 'uid2-ads',
    needs: null,
    setup: 'prebid-signals',
  },
  {
    slug: 'several',
    group: 'All together, and without a browser',
    title: 'Several at once',
    line: 'A Prebid Server, a bidder in the browser and Google’s tag, with one owner of the secure signals.',
    steps: [
      'All of them follow the one token store: they get the token, the newer token, and its end at the same moment.',
      'The header auction runs first, then Google’s tag is asked, once for all slots.',
      'The setup names one owner of the secure signals; nothing else would de-duplicate them.',
    ],
    adManager:
      'As for the owner of the signals, here “Publisher deploy”; never the Prebid User ID module besides.',
    files: ['app/_ads/ad-config.ts', 'lib/ads/page-stack.ts'],
    take: 'uid2-ads',
    needs: null,
    setup: 'several',
  },
  serverToServer,
  holdOut,
]

export const findPattern = (slug: string): Pattern | undefined => patterns.find((each) => each.slug === slug)
