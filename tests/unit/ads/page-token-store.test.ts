import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import {
  available,
  createBrowserStub,
  identityOf,
  memory,
  plain,
  recordEvents,
  SERVER_NOW,
} from './browser-stub.ts'

const withheld = (now = SERVER_NOW): PublicIdentity => ({
  status: 'withheld',
  now,
  refreshFrom: now + 30_000,
  bucket: 'control',
})
const sdkNames = [
  'UID2-sdk-identity',
  'UID2-sdk-identity_config',
  '__uid_2',
  '__uid_2_config',
  'EUID-sdk-identity',
  'EUID-sdk-identity_config',
  '__euid',
  '__euid_config',
  'uid2_sdk',
]
const names = ['__uid2_advertising_token', '__euid_advertising_token', ...sdkNames]

let kept: Map<string, string>
/** Domain and path of each cookie by its name: only with them can it be removed. */
let cookies: Map<string, string>
let page: { googletag?: object }

beforeEach(() => {
  kept = new Map()
  cookies = new Map()
  vi.stubGlobal('localStorage', memory(kept))
  vi.stubGlobal('location', { hostname: 'www.publisher.example', pathname: '/news/today' })
  vi.stubGlobal('document', {
    get cookie() {
      return [...cookies.keys()].map((name) => `${name}=SECRET`).join('; ')
    },
    set cookie(text: string) {
      const [pair = '', ...attributes] = text.split('; ')
      const [name = ''] = pair.split('=')
      if (attributes.join() === cookies.get(name)) cookies.delete(name)
    },
  })
  page = load()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

/** A page load: new memory, the same storage. */
function load() {
  const { window } = createBrowserStub()
  vi.stubGlobal('window', window)
  return window as { googletag?: object }
}

const startCleanUp = async () => (await import('#lib/ads/page-clean-up.ts')).startCleanUp()

/** With the clean-up, as the ad stack loads it. */
async function tokenStoreOf() {
  await startCleanUp()
  return (await import('#lib/ads/page-token-store.ts')).pageTokenStore()
}

/** An identity as Prebid and the SDKs leave it behind. */
function leave() {
  for (const name of names) {
    kept.set(name, 'SECRET')
    cookies.set(name, 'Max-Age=0,path=/')
  }
}

describe('an identity that other code stored in this browser', () => {
  test.each<[string, PublicIdentity]>([
    ['who signed out', plain('signed_out')],
    ['with GPC', plain('gpc')],
    ['who denied', plain('denied')],
    ['of the control group', withheld()],
  ])('is removed when a reader %s opens a page (S1, S7, K1)', async (_who, identity) => {
    leave()
    const tokenStore = await tokenStoreOf()
    tokenStore.start(identity)
    expect([...kept.values()]).not.toContain('SECRET')
    expect([...cookies.keys()]).toEqual([])
  })

  test.each([
    ['of a whole domain', 'Max-Age=0,path=/,domain=publisher.example'],
    ['of a path', 'Max-Age=0,path=/news'],
    ['of a folder and this host', 'Max-Age=0,path=/news/,domain=www.publisher.example'],
  ])('is removed from a cookie %s as well (S1)', async (_which, attributes) => {
    cookies.set('__uid_2_config', attributes)
    const tokenStore = await tokenStoreOf()
    tokenStore.start(plain('signed_out'))
    expect([...cookies.keys()]).toEqual([])
  })

  test('is removed when the reader joins the control group on an open page (K1)', async () => {
    const tokenStore = await tokenStoreOf()
    const events = recordEvents(tokenStore, ['cleared', 'withheld', 'expired'])
    tokenStore.start(available('A'))
    leave()
    tokenStore.start(withheld(SERVER_NOW + 1))
    expect(events).toEqual(['cleared withheld', 'withheld withheld'])
    expect([...kept.values()]).not.toContain('SECRET')
  })

  const keep = (token: string) => kept.set('UID2-sdk-identity', JSON.stringify(identityOf(token)))

  test.each([
    ['is the reader’s own', 'A', ['UID2-sdk-identity']],
    ['was made from the reader’s own', 'A2', ['UID2-sdk-identity', 'uid2_sdk']],
  ])('stays when it %s, without the configuration (P11d)', async (_whose, token, stays) => {
    leave()
    keep(token)
    if (token === 'A2') kept.set('uid2_sdk', 'A A2')
    const tokenStore = await tokenStoreOf()
    tokenStore.start(available('A', { identity: identityOf('A') }))
    expect(sdkNames.filter((name) => kept.has(name))).toEqual(stays)
    expect(sdkNames.filter((name) => name.startsWith('__') && cookies.has(name))).toEqual([])
  })

  test.each([
    ['to another identity', available('B', { identity: identityOf('B') })],
    ['to one held only by the server', available('B')],
  ])('is removed after a switch of readers outside our pages, %s (P11c)', async (_how, identity) => {
    leave()
    keep('A2')
    kept.set('uid2_sdk', 'A A2')
    const tokenStore = await tokenStoreOf()
    tokenStore.start(identity)
    expect(kept.has('UID2-sdk-identity')).toBe(false)
  })
})

describe('Google’s cache', () => {
  const tag = () => {
    const clearAllCache = vi.fn()
    page.googletag = { cmd: { push: (run: () => void) => run() }, secureSignalProviders: { clearAllCache } }
    return clearAllCache
  }

  test('is cleared once when the reader joins the control group (K1, G3)', async () => {
    const tokenStore = await tokenStoreOf()
    const cleared = tag()
    tokenStore.start(available('A'))
    tokenStore.start(withheld(SERVER_NOW + 1))
    expect(cleared).toHaveBeenCalledTimes(1)
  })

  test('is cleared on the first page of a reader in the control group (K1, G3)', async () => {
    tag()
    const before = await tokenStoreOf()
    before.start(available('A'))
    page = load()
    vi.resetModules()
    const cleared = tag()
    const tokenStore = await tokenStoreOf()
    tokenStore.start(withheld(SERVER_NOW + 1))
    expect(cleared).toHaveBeenCalledTimes(1)
  })
})

describe('Prebid’s own opt-out', () => {
  const name = '_pbjs_id_optout'

  test('is set by a denial, outlasts pages and sign-outs, and is lifted by a consent (P15)', async () => {
    const tokenStore = await tokenStoreOf()
    tokenStore.start(plain('denied'))
    expect(kept.get(name)).toBeTruthy()
    tokenStore.start(plain('signed_out', SERVER_NOW + 1))
    tokenStore.start(plain('no_choice', SERVER_NOW + 2))
    expect(kept.get(name)).toBeTruthy()
    tokenStore.start(available('A', { now: SERVER_NOW + 3 }))
    expect(kept.get(name)).toBeUndefined()
  })

  test.each(['denied', 'opted_out'] as const)(
    'is set by %s, and not by a sign-out, no choice or GPC (P15)',
    async (status) => {
      const tokenStore = await tokenStoreOf()
      for (const [index, less] of (['signed_out', 'no_choice', 'gpc'] as const).entries())
        tokenStore.start(plain(less, SERVER_NOW + index))
      expect(kept.get(name)).toBeUndefined()
      tokenStore.start(plain(status, SERVER_NOW + 9))
      expect(kept.get(name)).toBeTruthy()
    },
  )

  test('is lifted by a consent in both groups, which may differ only in the token (P15, K1)', async () => {
    const tokenStore = await tokenStoreOf()
    tokenStore.start(plain('denied'))
    tokenStore.start(withheld(SERVER_NOW + 1))
    expect(kept.get(name)).toBeUndefined()
  })

  test('that other code set is not lifted (P15)', async () => {
    kept.set(name, '1')
    const tokenStore = await tokenStoreOf()
    tokenStore.start(available('A'))
    expect(kept.get(name)).toBe('1')
    tokenStore.clear('denied')
    tokenStore.start(available('B', { now: SERVER_NOW + 10_000 }))
    expect(kept.get(name)).toBe('1')
  })
})

describe('the clean-up', () => {
  const load = async () => (await import('#lib/ads/page-token-store.ts')).pageTokenStore()

  test('is loaded after the first answer on a page without an ad stack (S1)', async () => {
    leave()
    const tokenStore = await load()
    tokenStore.start(plain('signed_out'))
    await vi.dynamicImportSettled()
    expect([...kept.values()]).not.toContain('SECRET')
  })

  test('follows what happened before it was loaded, in order (S1, G1)', async () => {
    const clearAllCache = vi.fn()
    page.googletag = { cmd: { push: (run: () => void) => run() }, secureSignalProviders: { clearAllCache } }
    const tokenStore = await load()
    tokenStore.start(available('A'))
    tokenStore.start(available('B', { now: SERVER_NOW + 1 }))
    tokenStore.start(plain('denied', SERVER_NOW + 2))
    await startCleanUp()
    expect(clearAllCache).toHaveBeenCalledTimes(1)
    expect(kept.get('_pbjs_id_optout')).toBeTruthy()
    tokenStore.start(available('C', { now: SERVER_NOW + 3 }))
    expect(kept.get('_pbjs_id_optout')).toBeUndefined()
  })

  test('removes on a page without ads what an earlier load left (S12)', async () => {
    leave()
    const { disableAds } = await import('#lib/ads/page-token-store.ts')
    disableAds()
    await vi.dynamicImportSettled()
    expect([...kept.values()]).not.toContain('SECRET')
  })
})

test('a module that is evaluated again, as by hot reloading, returns the same token store and state (P7)', async () => {
  const first = await tokenStoreOf()
  first.start(available('A'))
  vi.resetModules()
  const second = await tokenStoreOf()
  expect(second).toBe(first)
  expect(second.currentToken()?.id).toBe('A')
})
