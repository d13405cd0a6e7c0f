import { afterEach, describe, expect, test, vi } from 'vitest'
import { answerGoogleDeploy, prebidSignals, pushSecureSignals } from '#lib/ads/google/secure-signals.ts'
import { clearGptCacheWith } from '#lib/ads/google/signals-cache.ts'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { available, createBrowserStub, later, memory, plain, unavailable } from './browser-stub.ts'
import { gptPage, type Provider, signalPage } from './signal-page.ts'

afterEach(() => vi.unstubAllGlobals())

test('a pending clear remains over pages that were left or blocked before Google’s tag loaded (S1, G1)', async () => {
  const storage = memory()
  vi.stubGlobal('localStorage', storage)
  gptPage(storage).page.tokenStore.start(available('A'))
  const signIn = createBrowserStub()
  clearGptCacheWith(signIn.tokenStore, {})
  signIn.tokenStore.start(plain('signed_out'))

  // Its commands wait for a script that never loads.
  const waiting: { googletag?: object } = {}
  const left = createBrowserStub()
  clearGptCacheWith(left.tokenStore, waiting as never)
  pushSecureSignals(left.tokenStore, async () => true, waiting as never)
  left.tokenStore.start(available('B'))
  left.tokenStore.disableAds()
  left.tokenStore.start(available('B'))

  for (const times of [1, 0]) {
    const { page, cleared } = gptPage(storage)
    page.tokenStore.start(available('B'))
    expect(cleared).toHaveBeenCalledTimes(times)
  }
})

describe('a renewed token in Google’s cache', () => {
  const times = (now: number, refreshFrom: number, identityExpires: number) => ({
    now: later(now),
    refreshFrom: later(refreshFrom),
    identityExpires: later(identityExpires),
  })
  const A = available('A', times(0, 20_000, 60_000))
  const B = available('B', times(20_000, 40_000, 80_000))
  const C = available('C', times(40_000, 70_000, 100_000))
  const D = available('D', times(50_000, 90_000, 120_000))

  test('is cleared once, with the last renewal before its expiry (G10)', async () => {
    const { page, cleared } = gptPage()
    const { tag, providers } = signalPage()
    pushSecureSignals(page.tokenStore, async () => true, tag as never)
    page.tokenStore.start(A)
    await providers()[0]?.collectorFunction()
    page.tokenStore.start(B)
    expect(cleared).not.toHaveBeenCalled()
    page.tokenStore.start(C)
    expect(cleared).toHaveBeenCalledTimes(1)
    await providers()[0]?.collectorFunction()
    page.tokenStore.start(D)
    expect(cleared).toHaveBeenCalledTimes(1)
  })

  test('is cleared also when other code gives the tokens (G10)', () => {
    const { page, cleared } = gptPage()
    page.tokenStore.start(A)
    page.tokenStore.start(B)
    expect(cleared).not.toHaveBeenCalled()
    page.tokenStore.start(C)
    expect(cleared).toHaveBeenCalledTimes(1)
  })

  test.each<[string, PublicIdentity]>([
    ['has a newer one', available('Z', times(86_400_000, 86_420_000, 86_460_000))],
    ['has one that is due by now', available('Z', times(65_000, 59_000, 100_000))],
    ['cannot get one', { ...unavailable, now: later(86_400_000) }],
  ])('is cleared on the first page after its expiry, which %s (G10)', (_what, identity) => {
    const storage = memory()
    gptPage(storage).page.tokenStore.start(A)
    const { page, cleared } = gptPage(storage)
    page.tokenStore.start(identity)
    expect(cleared).toHaveBeenCalledTimes(1)
  })

  test('is cleared on the next page with a tag, where that page has none (G10)', () => {
    const storage = memory()
    gptPage(storage).page.tokenStore.start(A)
    const bare = createBrowserStub()
    clearGptCacheWith(bare.tokenStore, {})
    bare.tokenStore.start(available('Z', times(86_400_000, 86_420_000, 86_460_000)))
    const { page, cleared } = gptPage(storage)
    page.tokenStore.start(available('Z', times(86_401_000, 86_420_000, 86_460_000)))
    expect(cleared).toHaveBeenCalledTimes(1)
  })

  test('stays while it is valid, whatever the page knows of the next one (G1)', () => {
    const storage = memory()
    gptPage(storage).page.tokenStore.start(A)
    const { page, cleared } = gptPage(storage)
    page.tokenStore.start({ ...unavailable, now: later(30_000) })
    expect(cleared).not.toHaveBeenCalled()
  })
})

describe('the pending clear of Google’s cache for each owner of the signals (G1)', () => {
  const owners = ['push', 'google', 'prebid'] as const

  /** A page with Google's tag, which calls the owner's collectors when it loads. */
  function ownedPage(owner: (typeof owners)[number]) {
    const page = createBrowserStub()
    const cleared = vi.fn()
    const registered = vi.fn()
    const providers: Provider[] = []
    const window: Record<string, unknown> = {
      googletag: {
        cmd: { push: (run: () => void) => run() },
        secureSignalProviders: { push: (it: Provider) => providers.push(it), clearAllCache: cleared },
      },
    }
    vi.stubGlobal('window', window)
    clearGptCacheWith(page.tokenStore, window)
    if (owner === 'push') pushSecureSignals(page.tokenStore, async () => true, window)
    if (owner === 'google') answerGoogleDeploy(page.tokenStore, async () => true, window)
    const prebid = owner === 'prebid' ? prebidSignals('uid2', page.tokenStore) : null
    const register = () => prebid?.register({ registerSignalSources: registered })
    const collect = async () => {
      register()
      await providers[0]?.collectorFunction()
      await (window.getUid2AdvertisingToken as undefined | (() => Promise<string>))?.()
    }
    return { page, cleared, registered, register, collect }
  }

  test.each(owners)('%s: a clear that an earlier page left pending is done first', (owner) => {
    const storage = memory()
    vi.stubGlobal('localStorage', storage)
    storage.setItem('uid2_gpt', 'clear')
    expect(ownedPage(owner).cleared).toHaveBeenCalledTimes(1)
    expect(ownedPage(owner).cleared).not.toHaveBeenCalled()
  })

  test.each(owners)('%s: a signal is cleared by a later page of a reader without a token', async (owner) => {
    const storage = memory()
    vi.stubGlobal('localStorage', storage)
    const { page, collect } = ownedPage(owner)
    page.tokenStore.start(available('A'))
    await collect()
    const next = gptPage(storage)
    next.page.tokenStore.start(plain('signed_out'))
    expect(next.cleared).toHaveBeenCalledTimes(1)
  })

  test('Prebid registers its source once for any number of tokens (G3, G6)', () => {
    vi.stubGlobal('localStorage', memory())
    const { page, register, registered } = ownedPage('prebid')
    page.tokenStore.start(available('A'))
    register()
    register()
    expect(registered).toHaveBeenCalledTimes(1)
  })

  test('Prebid’s call waits for Google’s tag, without which it does nothing (G6)', () => {
    vi.stubGlobal('localStorage', memory())
    const page = createBrowserStub()
    const cmd: Array<() => void> = []
    vi.stubGlobal('window', { googletag: { cmd } })
    const registerSignalSources = vi.fn()
    prebidSignals('uid2', page.tokenStore).register({ registerSignalSources })
    expect(registerSignalSources).not.toHaveBeenCalled()
    for (const run of cmd) run()
    expect(registerSignalSources).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['uid2', 'uidapi.com'],
    ['euid', 'euid.eu'],
  ] as const)('Prebid gets the source of %s, and gives the signal unencrypted (G9)', (product, source) => {
    vi.stubGlobal('localStorage', memory())
    vi.stubGlobal('window', {})
    expect(prebidSignals(product, createBrowserStub().tokenStore).userSync).toEqual({
      encryptedSignalSources: { sources: [{ source: [source], encrypt: false }] },
    })
  })
})

test('Google’s cache is cleared when the server rejects the consent platform’s signals (K6d)', async () => {
  const { page, cleared } = gptPage()
  page.tokenStore.start(available('A'))
  await page.consent({ gdprApplies: true })
  expect(cleared).not.toHaveBeenCalled()
  await page.request.answer(Response.json({ error: 'too_large' }, { status: 413 }))
  expect(page.tokenStore.currentToken()).toBeNull()
  expect(cleared).toHaveBeenCalledTimes(1)
})
