import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AdSetupName } from '#app/_ads/ad-config.ts'
import type { SiteSettings } from '#lib/ads/site-settings.ts'
import { available, createBrowserStub, identityOf, settle } from './browser-stub.ts'

const identity = identityOf('A')

interface PageWindow {
  googletag?: { secureSignalProviders?: unknown[]; cmd: unknown[] }
  getUid2AdvertisingToken?: unknown
  __uid2?: { callbacks: unknown[]; init?: unknown }
}

let scripts: string[]
let fetched: string[]
/** The SDK’s `init`, once its script has loaded. */
let init: ReturnType<typeof vi.fn>

/** A page load in a deployment with these settings. */
function load(settings: Partial<SiteSettings> = {}): PageWindow {
  const { window } = createBrowserStub({ __tcfapi: undefined })
  const all: SiteSettings = {
    mode: 'sandbox',
    product: 'uid2',
    prebidServer: null,
    clientRefresh: null,
    ...settings,
  }
  vi.stubGlobal('window', window)
  vi.stubGlobal('location', { origin: 'https://publisher.example' })
  vi.stubGlobal('fetch', async (url: string) => {
    fetched.push(url)
    return Response.json(all)
  })
  vi.stubGlobal('document', {
    createElement: () => ({}),
    head: {
      append(script: { src: string; onload(): void }) {
        scripts.push(script.src)
        const { __uid2 } = window as PageWindow
        if (__uid2) __uid2.init = init
        script.onload()
      },
    },
  })
  return window as PageWindow
}

beforeEach(() => {
  scripts = []
  fetched = []
  init = vi.fn()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

const slotsOf = async (name: AdSetupName) => (await import('#app/_ads/page-slots.ts')).slotsOf(name)
const tokenStoreOf = async () => (await import('#lib/ads/page-token-store.ts')).pageTokenStore()

test('modules that are evaluated again, as by hot reloading, share slots and settings (P7)', async () => {
  const page = load()
  const first = await slotsOf('secure-signals')
  vi.resetModules()
  expect(await slotsOf('secure-signals')).toBe(first)
  expect(fetched).toEqual(['/api/site'])
  const tokenStore = await tokenStoreOf()
  tokenStore.start(available('A'))
  expect(page.googletag?.secureSignalProviders).toHaveLength(1)
})

test('the first owner of secure signals in a window stays the only one for all later setups (G3)', async () => {
  const page = load()
  await slotsOf('google-deploy')
  await slotsOf('secure-signals')
  const tokenStore = await tokenStoreOf()
  tokenStore.start(available('A'))
  expect(page.getUid2AdvertisingToken).toBeTypeOf('function')
  expect(page.googletag?.secureSignalProviders).toBeUndefined()

  vi.resetModules()
  const other = load()
  await slotsOf('secure-signals')
  await slotsOf('google-deploy')
  expect(other.getUid2AdvertisingToken).toBeUndefined()
})

test.each<[AdSetupName, AdSetupName, number]>([
  ['secure-signals', 'prebid-signals', 0],
  ['google-deploy', 'prebid-signals', 0],
  ['prebid-signals', 'several', 1],
])(
  'Prebid registers signals only as their first owner in a window: %s, then %s (G3)',
  async (first, second, times) => {
    const page = load({ prebidServer: { endpoint: '/auction', accountId: '1' } })
    const registerSignalSources = vi.fn()
    const requestBids = vi.fn(async () => ({ auctionId: 'this' }))
    const pbjs = {
      getConfig: () => undefined,
      setConfig() {},
      refreshUserIds: async () => {},
      registerSignalSources,
      requestBids,
      getHighestCpmBids: () => [],
      setTargetingForGPTAsync() {},
    }
    const googletag = {
      cmd: { push: (run: () => void) => run() },
      secureSignalProviders: [],
      pubads: () => ({ addEventListener() {} }),
      defineSlot: () => null,
      setConfig() {},
    }
    Object.assign(page, {
      innerHeight: 900,
      googletag,
      [Symbol.for('uid2.gpt')]: Promise.resolve(googletag),
      [Symbol.for('uid2.prebid')]: Promise.resolve(pbjs),
      [Symbol.for('uid2.prebid.sandboxdirect')]: Promise.resolve(true),
    })
    vi.stubGlobal('requestAnimationFrame', (run: () => void) => run())
    const tokenStore = await tokenStoreOf()
    tokenStore.start(available('A'))
    const place = {
      ownerDocument: { createElement: () => ({}) },
      replaceChildren() {},
      getBoundingClientRect: () => ({ top: 0, bottom: 250 }),
    } as unknown as HTMLElement
    for (const setup of [first, second]) {
      const slots = await slotsOf(setup)
      const sold = new Promise<void>((resolve) => slots.subscribe(resolve))
      slots.mount({ id: setup, sizes: [[300, 250]], place: () => place, shown() {}, emptied() {} })
      await sold
    }
    expect(requestBids).toHaveBeenCalled()
    expect(registerSignalSources).toHaveBeenCalledTimes(times)
  },
)

test('a page that cannot reach its site has no slots, and the next call tries again', async () => {
  load()
  vi.stubGlobal('fetch', async () => new Response('<h1>', { status: 502 }))
  await expect(slotsOf('secure-signals')).rejects.toThrow()
  load()
  await expect(slotsOf('secure-signals')).resolves.toBeDefined()
})

describe('under the client hand-off', () => {
  const client = { clientRefresh: { operatorUrl: '/sandbox/operator' } }

  test.each<[string, Partial<SiteSettings>, string]>([
    ['the stand-in', {}, '/sandbox/cdn/uid2-sdk.js'],
    ['the stand-in for EUID', { product: 'euid' }, '/sandbox/cdn/euid-sdk.js'],
    ['the real one', { mode: 'real' }, 'https://cdn.prod.uidapi.com/uid2-sdk-4.0.1.js'],
    [
      'the real one for EUID',
      { mode: 'real', product: 'euid' },
      'https://cdn.prod.euid.eu/euid-sdk-4.0.1.js',
    ],
  ])('the SDK is loaded once, with the first token: %s', async (_which, settings, url) => {
    load({ ...client, ...settings })
    await slotsOf('secure-signals')
    await slotsOf('google-deploy')
    expect(scripts).toEqual([])
    const tokenStore = await tokenStoreOf()
    tokenStore.start(available('A', { identity }))
    await settle()
    expect(scripts).toEqual([url])
  })

  test('the SDK has one callback, and refreshes at the operator of the deployment', async () => {
    const page = load(client)
    await slotsOf('secure-signals')
    await slotsOf('google-deploy')
    const tokenStore = await tokenStoreOf()
    tokenStore.start(available('A', { identity }))
    await settle()
    expect(page.__uid2?.callbacks).toHaveLength(1)
    expect(init).toHaveBeenCalledExactlyOnceWith({
      identity,
      baseUrl: 'https://publisher.example/sandbox/operator',
      callback: expect.any(Function),
    })
  })

  test('the first refresher of a window stays the only one for all later setups', async () => {
    const page = load(client)
    await slotsOf('prebid-server')
    await slotsOf('secure-signals')
    const tokenStore = await tokenStoreOf()
    tokenStore.start(available('A', { identity }))
    await settle()
    expect(scripts).toEqual([])
    expect(page.__uid2).toBeUndefined()
  })
})

test('under the server hand-off nothing in the browser refreshes', async () => {
  const page = load()
  await slotsOf('secure-signals')
  const tokenStore = await tokenStoreOf()
  tokenStore.start(available('A'))
  await settle()
  expect(scripts).toEqual([])
  expect(page.__uid2).toBeUndefined()
})
