import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { buildVariant } from '../../tests/support/variant.ts'
import { root } from '../support/runtime.mjs'

const importPrebid = `import type { PrebidJS } from 'prebid.js'
export async function importPrebid(_: unknown): Promise<PrebidJS> {
  const [{ default: pbjs }] = await Promise.all([import('prebid.js'), import('prebid.js/modules/prebidServerBidAdapter')])
  return pbjs
}`

const tokenStore = `import type { TokenStore } from './token-store/transitions'
const state = { status: 'unsupported', reason: 'page', now: 0 } as const
const nothing = () => {}
export const tokenEvents = []
export const pageTokenStore = (): TokenStore => ({
  start: nothing, disableAds: nothing, getSnapshot: () => state, subscribe: () => nothing, on: () => nothing,
  currentToken: () => null, signals: () => null, settled: async () => {}, afterAuction: nothing,
  clear: () => nothing, renew: nothing, recheck: nothing, isStarted: () => true,
})`

const adStack = `'use client'
import { createContext, type ReactNode } from 'react'
import type { AdSetupName } from './ad-config.ts'
export const InitialIdentity = createContext<undefined>(undefined)
export const PageAdSetup = createContext<AdSetupName>('site')
export function AdStack({ setup = 'site', children }: { ads?: unknown; setup?: AdSetupName; initial?: unknown; children?: ReactNode }) {
  return <PageAdSetup value={setup}>{children}</PageAdSetup>
}`

/**
 * The official samples' order: a script, which loads the SDK, which asks for the identity, and then the auction. The
 * article is the same, without React.
 */
const sampleScript = `
const loaded = (src) => new Promise((resolve) => {
  const script = document.createElement('script')
  Object.assign(script, { src, async: true, onload: resolve })
  document.head.append(script)
})
const prebid = loaded('/sample/prebid.js')
await loaded('/sandbox/cdn/uid2-sdk.js')
const { advertisingToken: id } = await (await fetch('/api/identity')).json()
await prebid
pbjs.setConfig({
  s2sConfig: [{ accountId: 'sample', adapter: 'prebidServer', bidders: ['sandbox'], enabled: true,
    endpoint: location.origin + '/sandbox/exchange/openrtb2/auction', syncEndpoint: '' }],
  userSync: { syncEnabled: false, auctionDelay: 50, userIds: [{ name: 'uid2', value: { uid2: { id } } }] },
})
pbjs.processQueue()
await pbjs.refreshUserIds()
await pbjs.requestBids({ adUnits: [{ code: 'side', mediaTypes: { banner: { sizes: [[300, 250]] } }, bids: [{ bidder: 'sandbox', params: {} }] }] })`

const samplePrebid = `import pbjs from 'prebid.js'
import 'prebid.js/modules/userId'
import 'prebid.js/modules/uid2IdSystem'
import 'prebid.js/modules/prebidServerBidAdapter'
window.pbjs = pbjs`

async function bundle(text: string): Promise<string> {
  const entry = '\0entry'
  const made = await rolldown({
    input: entry,
    cwd: root,
    platform: 'browser',
    plugins: [
      {
        name: 'entry',
        resolveId: (id, importer) =>
          id === entry ? id : importer === entry ? join(root, 'node_modules', filePath(id)) : null,
        load: (id) => (id === entry ? text : null),
      },
    ],
  })
  const { output } = await made.generate({ format: 'iife', minify: true })
  await made.close()
  return output[0].code
}

/** Where Prebid's package has what its name says. */
const filePath = (id: string): string =>
  id === 'prebid.js'
    ? 'prebid.js/dist/src/src/prebid.public.js'
    : `${id.replace('prebid.js/modules', 'prebid.js/dist/src/public')}.js`

/** The site's build without UID2: the same pages and ad stack, and no identity. It has the samples' page, too. */
export async function buildWithoutUid2(article: string): Promise<string> {
  const html = readFileSync(join(root, '.next', 'server', 'app', 'articles', `${article}.html`), 'utf8')
  const config = readFileSync(join(root, 'next.config.mjs'), 'utf8')
  return buildVariant('without-uid2', {
    write: {
      'lib/ads/prebid/import-prebid.ts': importPrebid,
      'lib/ads/page-token-store.ts': tokenStore,
      'lib/ads/page-clean-up.ts': 'export const startCleanUp = () => {}',
      'app/_ads/ad-stack.tsx': adStack,
      'app/_ads/status-line.tsx': 'export const StatusLine = () => null',
      'next.config.mjs': config
        .replace(/^.*\.\.\.earlyIdentity.*$/m, '')
        // Types that come with the left-out modules are missing.
        .replace(/typescript: .*/, 'typescript: { ignoreBuildErrors: true },'),
      'public/sample/page.html': html
        .replaceAll(/<script[\s\S]*?<\/script>|<link rel="preload" as="script"[^>]*>/g, '')
        .replace('</head>', '<script type="module" src="/sample/page.js"></script></head>'),
      'public/sample/page.js': sampleScript,
      'public/sample/prebid.js': await bundle(samplePrebid),
    },
  })
}
