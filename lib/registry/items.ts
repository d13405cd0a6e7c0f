import 'server-only'
/** What a publisher takes with one command. `npm run registry` and `/r/<name>.json` write it in the format of shadcn. */
export interface Item {
  title: string
  description: string
  /** Files and folders. What they import comes with them, unless an item in `needs` brings it. */
  files: readonly string[]
  /** Where a file goes that does not keep its path. */
  targets?: Readonly<Record<string, string>>
  needs?: readonly string[]
  /** Packages without an import, such as types. */
  devPackages?: readonly string[]
  /** Variables for `.env.local`, with a value to begin with. */
  variables?: Readonly<Record<string, string>>
  /** Printed after the item is added. */
  next: string
}

export type ItemName = keyof typeof catalogue

const example = 'examples/minimal'

/** The example's own files, in an app that keeps such files in `lib/publisher`. */
const mounts = {
  [`${example}/environment.ts`]: 'lib/publisher/environment.ts',
  [`${example}/consent.ts`]: 'lib/publisher/consent.ts',
  [`${example}/session.ts`]: 'lib/publisher/session.ts',
  [`${example}/identity.ts`]: 'lib/publisher/identity.ts',
  [`${example}/proxy.ts`]: 'proxy.ts',
  [`${example}/instrumentation.ts`]: 'instrumentation.ts',
  [`${example}/app/api/identity/route.ts`]: 'app/api/identity/route.ts',
  [`${example}/app/question.tsx`]: 'components/uid2/question.tsx',
}

const adMounts = {
  [`${example}/app/ad.tsx`]: 'components/uid2/ad.tsx',
  [`${example}/app/auction.ts`]: 'components/uid2/auction.ts',
}

const policy = 'Add it to `policies` in lib/publisher/identity.ts: '

const catalogue = {
  'uid2-server': {
    title: 'UID2 client for servers',
    description: 'Generate, refresh and validate UID2 and EUID tokens. No dependencies.',
    files: ['lib/uid2'],
    next: "import { createUid2Client } from '@/lib/uid2'. Only on the server: the API key must not reach a browser.",
  },
  'uid2-identity': {
    title: 'UID2 identity of a reader',
    description:
      'Generates the token, seals it in a cookie, refreshes it in the proxy, and remembers opt-outs.',
    files: ['lib/identity', 'lib/consent/memory.ts', 'lib/consent/own-table.ts', ...Object.keys(mounts)],
    targets: mounts,
    needs: ['uid2-server'],
    variables: {
      UID2_BASE_URL: 'https://operator-integ.uidapi.com',
      UID2_API_KEY: '',
      UID2_CLIENT_SECRET: '',
      COOKIE_PASSWORD: '',
    },
    next: [
      '1. Set the variables in .env.local, or in .env if that is your only one: git must ignore it. COOKIE_PASSWORD: at least 32 random characters.',
      '2. NextAuth(withSessionIds(options)), of lib/publisher/session.ts. Sessions must be JWTs. Who is signed in already gets a token after the next sign-in.',
      '   It takes the address of any provider that does not say that it is unverified. Leave out those that verify none, in currentReader.',
      '3. Ask the reader: <Question /> of components/uid2/question.tsx.',
      '4. Have you a proxy.ts of your own? Then: export const proxy = identity().withProxy(yourProxy).',
      '5. The store is in memory and forgets opt-outs when the process ends. Before you go live: uid2-consent-sql.',
    ].join('\n'),
  },
  'uid2-consent-sql': {
    title: 'Consent and opt-outs in SQL',
    description: 'Consents, denials and opt-outs in SQLite or PostgreSQL. An opt-out outlives the process.',
    files: ['lib/consent/sql.ts', 'examples/sql/consent.ts'],
    targets: { 'examples/sql/consent.ts': 'lib/publisher/sql-consent.ts' },
    needs: ['uid2-identity'],
    devPackages: ['@types/better-sqlite3', '@types/pg'],
    variables: { DATABASE_URL: 'file:uid2.db', CHOICES_PEPPER: '' },
    next: [
      '1. Set CHOICES_PEPPER in .env.local: at least 32 random characters, that you keep as long as the records.',
      "2. lib/publisher/consent.ts becomes: export { consent } from './sql-consent'",
      '3. SQLite needs Node 22 or newer: better-sqlite3 crashes an older one.',
    ].join('\n'),
  },
  'uid2-prebid': {
    title: 'UID2 in Prebid',
    description: 'Holds the token in the page, gives it to Prebid.js, and takes it away when it ends.',
    files: ['lib/ads/token-store', 'lib/ads/prebid/prebid-token.ts', ...Object.keys(adMounts)],
    targets: adMounts,
    needs: ['uid2-identity'],
    next: [
      '1. On a dynamic page: <Ad identity={await identity().read()} prebidServer={…} />.',
      '2. On a static page: <Ad prebidServer={…} />, which asks GET /api/identity.',
      '3. Put your Prebid Server and your bidders into components/uid2/auction.ts.',
    ].join('\n'),
  },
  'uid2-secure-signals': {
    title: 'UID2 for Google as a secure signal',
    description: 'Gives the token of the page to Google’s tag, after the consent platform has spoken.',
    files: ['lib/ads/google/secure-signals.ts', 'lib/ads/token-store'],
    needs: ['uid2-identity'],
    devPackages: ['@types/google-publisher-tag'],
    next: [
      '1. Before the tag loads, with the token store of the page: clearGptCacheWith(tokens), then pushSecureSignals(tokens, consent).',
      '   Without the first, the tag keeps the token after a sign-out, also for the next reader.',
      '2. Switch the signal on in Ad Manager.',
    ].join('\n'),
  },
  'uid2-ads': {
    title: 'UID2 in a whole ad stack',
    description:
      'Several slots with Prebid and Google’s tag, consent platforms, and the browser SDK for refreshes.',
    files: ['lib/ads'],
    needs: ['uid2-prebid'],
    devPackages: ['@types/google-publisher-tag'],
    next: 'pageSlots(setup, settings) of lib/ads/page-stack.ts for the slots, pageTokenStore().start() for each page.',
  },
  'uid2-openrtb': {
    title: 'UID2 in an OpenRTB request of your server',
    description: 'An auction held by the server: the bid request with the token as an eid, and its answer.',
    files: ['lib/ads/server'],
    next: 'bidRequest() and holdServerAuction() of lib/ads/server, with the token of identity().read().',
  },
  'uid2-policy-gpc': {
    title: 'Policy: Global Privacy Control',
    description: 'No token for a browser that sends Sec-GPC.',
    files: ['lib/policies/gpc.ts'],
    needs: ['uid2-identity'],
    next: `${policy}globalPrivacyControl({ scope: 'account' })`,
  },
  'uid2-policy-region': {
    title: 'Policy: regions',
    description: 'Where a token may be made, and where to ask first.',
    files: ['lib/policies/region.ts'],
    needs: ['uid2-identity'],
    next: `${policy}region({ header: 'x-country', product: 'uid2' }), and last unansweredByRegion with the same options.`,
  },
  'uid2-policy-consent-strings': {
    title: 'Policy: consent strings',
    description: 'Reads TCF and GPP strings of a consent platform.',
    files: ['lib/policies/signals.ts'],
    needs: ['uid2-identity'],
    next: `${policy}consentSignals({ product: 'uid2' })`,
  },
  'uid2-policy-hold-out': {
    title: 'Policy: hold-out group',
    description: 'Keeps a share of readers without a token, to measure what it is worth.',
    files: ['lib/policies/holdout.ts'],
    needs: ['uid2-identity'],
    next: 'In lib/publisher/identity.ts: bucketOf: holdout({ percent, salt }).',
  },
  'uid2-sandbox': {
    title: 'UID2 operator for tests',
    description: 'A stand-in of the operator, with its faults, on a port of its own. Not for production.',
    files: ['lib/sandbox/operator/node.ts'],
    next: 'const { baseUrl, close } = await startOperator(), with the credentials of lib/shared/sandbox-credentials.ts.',
  },
} as const

export const items: Readonly<Record<keyof typeof catalogue, Item>> = catalogue
