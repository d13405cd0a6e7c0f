import { afterEach, describe, expect, test, vi } from 'vitest'
import { answerGoogleDeploy, prebidSignals, pushSecureSignals } from '#lib/ads/google/secure-signals.ts'
import { clearGptCacheWith } from '#lib/ads/google/signals-cache.ts'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { available, createBrowserStub, plain, SERVER_NOW, unavailable } from './browser-stub.ts'
import { gptPage, memory, type Provider, signalPage } from './signal-page.ts'

afterEach(() => vi.unstubAllGlobals())

const later = (ms: number) => SERVER_NOW + ms

test('S1, G1: what is to be cleared stays so over pages that were left, or blocked, before Google’s tag had come', async () => {
  const storage = memory()
  vi.stubGlobal('localStorage', storage)
  gptPage(storage).page.tokenStore.start(available('A'))
  const signIn = createBrowserStub()
  clearGptCacheWith(signIn.tokenStore, {})
  signIn.tokenStore.start(plain('signed_out'))

  // Its commands wait for a script that does not come.
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

describe('G10: a token that was renewed is still what Google’s tag holds', () => {
  const times = (now: number, refreshFrom: number, identityExpires: number) => ({
    now: later(now),
    refreshFrom: later(refreshFrom),
    identityExpires: later(identityExpires),
  })
  const A = available('A', times(0, 20_000, 60_000))
  const B = available('B', times(20_000, 40_000, 80_000))
  const C = available('C', times(40_000, 70_000, 100_000))
  const D = available('D', times(50_000, 90_000, 120_000))

  test('G10: it goes, once, with the last renewal before its end', async () => {
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

  test('G10: also when other code passes it on', () => {
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
  ])('G10: it goes on the first page after its end, which %s', (_what, identity) => {
    const storage = memory()
    gptPage(storage).page.tokenStore.start(A)
    const { page, cleared } = gptPage(storage)
    page.tokenStore.start(identity)
    expect(cleared).toHaveBeenCalledTimes(1)
  })

  test('G10: where that page has no tag, it goes on the next one that has', () => {
    const storage = memory()
    gptPage(storage).page.tokenStore.start(A)
    const bare = createBrowserStub()
    clearGptCacheWith(bare.tokenStore, {})
    bare.tokenStore.start(available('Z', times(86_400_000, 86_420_000, 86_460_000)))
    const { page, cleared } = gptPage(storage)
    page.tokenStore.start(available('Z', times(86_401_000, 86_420_000, 86_460_000)))
    expect(cleared).toHaveBeenCalledTimes(1)
  })

  test('G1: one that is good for longer stays, whatever the page knows of the next', () => {
    const storage = memory()
    gptPage(storage).page.tokenStore.start(A)
    const { page, cleared } = gptPage(storage)
    page.tokenStore.start({ ...unavailable, now: later(30_000) })
    expect(cleared).not.toHaveBeenCalled()
  })
})

describe('the pending clear of Google’s cache, and what it gets, whichever code owns the signals (G1)', () => {
  const owners = ['push', 'google', 'prebid'] as const

  /** A page with Google's tag, which calls the owner's collectors as it comes. */
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

  test.each(owners)('%s: what an earlier page owes is cleared first', (owner) => {
    const storage = memory()
    vi.stubGlobal('localStorage', storage)
    storage.setItem('uid2_gpt', 'clear')
    expect(ownedPage(owner).cleared).toHaveBeenCalledTimes(1)
    expect(ownedPage(owner).cleared).not.toHaveBeenCalled()
  })

  test.each(owners)(
    '%s: what is given is cleared by a later page of somebody without a token',
    async (owner) => {
      const storage = memory()
      vi.stubGlobal('localStorage', storage)
      const { page, collect } = ownedPage(owner)
      page.tokenStore.start(available('A'))
      await collect()
      const next = gptPage(storage)
      next.page.tokenStore.start(plain('signed_out'))
      expect(next.cleared).toHaveBeenCalledTimes(1)
    },
  )

  test('G3, G6: Prebid registers its source once, with however many tokens', () => {
    vi.stubGlobal('localStorage', memory())
    const { page, register, registered } = ownedPage('prebid')
    page.tokenStore.start(available('A'))
    register()
    register()
    expect(registered).toHaveBeenCalledTimes(1)
  })

  test('G6: Prebid’s call, which does nothing before Google’s tag is there, waits for it', () => {
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
  ] as const)('Prebid is told the source of %s, and to give it as it is (G9)', (product, source) => {
    vi.stubGlobal('localStorage', memory())
    vi.stubGlobal('window', {})
    expect(prebidSignals(product, createBrowserStub().tokenStore).userSync).toEqual({
      encryptedSignalSources: { sources: [{ source: [source], encrypt: false }] },
    })
  })
})

test('K6d: goes when the server does not take what the consent platform says', async () => {
  const { page, cleared } = gptPage()
  page.tokenStore.start(available('A'))
  await page.consent({ gdprApplies: true })
  expect(cleared).not.toHaveBeenCalled()
  await page.request.answer(Response.json({ error: 'too_large' }, { status: 413 }))
  expect(page.tokenStore.currentToken()).toBeNull()
  expect(cleared).toHaveBeenCalledTimes(1)
})
