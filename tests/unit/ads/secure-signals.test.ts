import { afterEach, expect, test, vi } from 'vitest'
import { queueOf } from '#lib/ads/google/gpt-queue.ts'
import { answerGoogleDeploy, pushSecureSignals } from '#lib/ads/google/secure-signals.ts'
import { clearGptCacheWith } from '#lib/ads/google/signals-cache.ts'
import { available, createBrowserStub, plain, SERVER_NOW, settle, unavailable } from './browser-stub.ts'
import { gptPage, memory, signalPage } from './signal-page.ts'

afterEach(() => vi.unstubAllGlobals())

const later = (ms: number) => SERVER_NOW + ms

test('G1: a sign-out, an opt-out and a switch clear Google’s cache once each', async () => {
  for (const act of ['signed_out', 'denied', 'opted_out'] as const) {
    const { page, cleared } = gptPage()
    page.tokenStore.start(available('A'))
    page.tokenStore.clear(act)
    page.tokenStore.start(plain('signed_out', later(1)))
    expect(cleared, act).toHaveBeenCalledTimes(1)
  }
  const { page, cleared } = gptPage()
  page.tokenStore.start(available('A'))
  await page.restore()
  await page.request.answer(available('B', { now: later(1) }))
  expect(cleared).toHaveBeenCalledTimes(1)
  page.tokenStore.clear('signed_out')
  expect(cleared).toHaveBeenCalledTimes(2)
})

test('G1, K6: a consent withdrawn clears it at once', async () => {
  const { page, cleared } = gptPage()
  page.tokenStore.start(available('A'))
  await page.consent({ gdprApplies: false })
  await page.request.answer(available('A', { now: later(1) }))
  expect(cleared).not.toHaveBeenCalled()
  await page.consent({ gdprApplies: true })
  expect(cleared).toHaveBeenCalledTimes(1)
})

test('G1: never a refresh, a failure, a page without ads, or a page without a token', async () => {
  const { page, cleared } = gptPage()
  page.tokenStore.start(plain('signed_out'))
  page.tokenStore.start(available('A', { now: later(1) }))
  await page.look()
  await page.request.answer(available('B', { now: later(2) }))
  page.tokenStore.disableAds()
  page.tokenStore.start()
  await page.request.answer(available('B', { now: later(3) }))
  page.tokenStore.start({ ...unavailable, now: later(4) })
  page.tokenStore.start(available('B', { now: later(5) }))
  // Dead on arrival.
  page.tokenStore.start(available('C', { now: later(6), identityExpires: later(6) }))
  expect(page.tokenStore.getSnapshot().status).toBe('refreshing')
  expect(cleared).not.toHaveBeenCalled()
})

test('G10: a token that runs out with no refresh before clears it once', async () => {
  const { page, cleared } = gptPage()
  page.tokenStore.start(available('A'))
  await page.advance(60_001)
  await page.request.answer(unavailable)
  expect(page.tokenStore.getSnapshot().status).toBe('unavailable')
  await page.advance(600_000)
  expect(cleared).toHaveBeenCalledTimes(1)
})

test('G1: what an earlier page gave to Google’s tag goes when a later one finds the reader gone', () => {
  const storage = memory()
  gptPage(storage).page.tokenStore.start(available('A'))
  for (const times of [1, 0]) {
    const { page, cleared } = gptPage(storage)
    page.tokenStore.start(plain('signed_out'))
    expect(cleared).toHaveBeenCalledTimes(times)
  }
})

test('G1: a token that was there before Google’s tag had come goes from its cache all the same', () => {
  vi.stubGlobal('localStorage', memory())
  const page = createBrowserStub()
  const cleared = vi.fn()
  const window: { googletag?: object } = {}
  clearGptCacheWith(page.tokenStore, window as never)
  page.tokenStore.start(available('A'))
  window.googletag = {
    cmd: { push: (run: () => void) => run() },
    secureSignalProviders: { push() {}, clearAllCache: cleared },
  }
  page.tokenStore.clear('signed_out')
  expect(cleared).toHaveBeenCalledTimes(1)
})

test('G1: what a collector has given is cleared by a later page, which never had a token', async () => {
  const storage = memory()
  vi.stubGlobal('localStorage', storage)
  const { page, tag, providers } = signalPage()
  pushSecureSignals(page.tokenStore, async () => true, tag as never)
  page.tokenStore.start(available('A'))
  await providers()[0]?.collectorFunction()
  const later = gptPage(storage)
  later.page.tokenStore.start(plain('signed_out'))
  expect(later.cleared).toHaveBeenCalledTimes(1)
})

test('S1, G1: what was given on an earlier page is cleared before the next reader’s, though the sign-in between had no tag', async () => {
  const storage = memory()
  vi.stubGlobal('localStorage', storage)
  const first = signalPage()
  pushSecureSignals(first.page.tokenStore, async () => true, first.tag as never)
  first.page.tokenStore.start(available('A'))
  await first.providers()[0]?.collectorFunction()

  const signIn = createBrowserStub()
  clearGptCacheWith(signIn.tokenStore, {})
  signIn.tokenStore.start(plain('signed_out'))

  const order: string[] = []
  const commands: Array<() => void> = []
  const tag = {
    cmd: { push: (run: () => void) => commands.push(run) },
    secureSignalProviders: { push: () => order.push('provider'), clearAllCache: () => order.push('cleared') },
  }
  for (const expected of [['cleared', 'provider'], ['provider']]) {
    order.length = 0
    const next = createBrowserStub()
    clearGptCacheWith(next.tokenStore, { googletag: tag })
    pushSecureSignals(next.tokenStore, async () => true, { googletag: tag } as never)
    for (const run of commands.splice(0)) run()
    next.tokenStore.start(available('B'))
    expect(order).toEqual(expected)
  }
})

test('G1, S1: of a reader who is gone nothing is left when Google’s tag comes, though the page learned of it before', () => {
  const storage = memory()
  gptPage(storage).page.tokenStore.start(available('A'))
  const { page, tag } = signalPage()
  clearGptCacheWith(page.tokenStore, tag as never)
  pushSecureSignals(page.tokenStore, async () => true, tag as never)
  page.tokenStore.start(plain('signed_out'))
  const cleared = vi.fn()
  const { cmd } = queueOf(tag as never)
  Object.assign(tag.googletag ?? {}, { secureSignalProviders: { push() {}, clearAllCache: cleared } })
  for (const run of cmd as unknown as Array<() => void>) run()
  expect(cleared).toHaveBeenCalledTimes(1)
  expect(storage.getItem('uid2_gpt')).toBeNull()
})

test('a browser that never gave Google anything keeps nothing about it', () => {
  const storage = memory()
  vi.stubGlobal('localStorage', { ...storage, setItem: vi.fn() })
  const page = createBrowserStub()
  clearGptCacheWith(page.tokenStore, {})
  page.tokenStore.start(available('A'))
  page.tokenStore.clear('signed_out')
  expect(localStorage.setItem).not.toHaveBeenCalled()
})

test('G1: it works without storage, and does nothing without Google’s tag', () => {
  const { page, cleared } = gptPage({})
  page.tokenStore.start(available('A'))
  page.tokenStore.clear('denied')
  expect(cleared).toHaveBeenCalledTimes(1)
  const storage = { setItem: vi.fn() }
  vi.stubGlobal('localStorage', storage)
  const bare = createBrowserStub()
  clearGptCacheWith(bare.tokenStore, {})
  bare.tokenStore.start(available('A'))
  bare.tokenStore.clear('denied')
  expect(storage.setItem).not.toHaveBeenCalled()
})

test('G2: no provider before there is a token, one from then on, and a refreshed token by the same one', async () => {
  const { page, tag, providers } = signalPage()
  pushSecureSignals(page.tokenStore, async () => true, tag as never)
  page.tokenStore.start(plain('signed_out'))
  expect(tag).toEqual({})
  page.tokenStore.start(available('A', { now: later(1) }))
  expect(providers().map(({ id }) => id)).toEqual(['uidapi.com'])
  page.tokenStore.start(available('B', { now: later(2) }))
  page.tokenStore.clear('signed_out')
  page.tokenStore.start(available('C', { now: later(3) }))
  expect(providers()).toHaveLength(1)
})

test('G9: the signal is the token, byte for byte', async () => {
  const { page, tag, providers } = signalPage()
  pushSecureSignals(page.tokenStore, async () => true, tag as never)
  page.tokenStore.start(available('A+/=_-'))
  await expect(providers()[0]?.collectorFunction()).resolves.toBe('A+/=_-')
})

test('G2: a provider without a token rejects, an empty answer would be kept', async () => {
  const { page, tag, providers } = signalPage()
  pushSecureSignals(page.tokenStore, async () => true, tag as never)
  page.tokenStore.start(available('A'))
  page.tokenStore.clear('signed_out')
  await expect(providers()[0]?.collectorFunction()).rejects.toThrow()
})

test('an EUID is given under its own id', async () => {
  const { page, tag, providers } = signalPage()
  pushSecureSignals(page.tokenStore, async () => true, tag as never)
  page.tokenStore.start(available('E', { source: 'euid.eu' }))
  expect(providers().map(({ id }) => id)).toEqual(['euid.eu'])
  await expect(providers()[0]?.collectorFunction()).resolves.toBe('E')
})

test('Google’s own script is answered with the token once it is known, and refused without one', async () => {
  const page = createBrowserStub()
  const asked: Record<string, () => Promise<string>> = {}
  answerGoogleDeploy(page.tokenStore, async () => true, asked as never)
  page.tokenStore.start()
  const early = asked.getUid2AdvertisingToken?.()
  await page.request.answer(available('A'))
  await expect(early).resolves.toBe('A')
  await expect(asked.getEuidAdvertisingToken?.()).rejects.toThrow()
  page.tokenStore.clear('denied')
  await expect(asked.getUid2AdvertisingToken?.()).rejects.toThrow()
})

test('G11: a provider answers once the consent platform has spoken, and not without its word', async () => {
  for (const allowed of [true, false]) {
    const { page, tag, providers } = signalPage()
    const deploy: Record<string, () => Promise<string>> = {}
    let speak = () => {}
    const spoken = new Promise<boolean>((resolve) => {
      speak = () => resolve(allowed)
    })
    pushSecureSignals(page.tokenStore, () => spoken, tag as never)
    answerGoogleDeploy(page.tokenStore, () => spoken, deploy as never)
    page.tokenStore.start(available('A'))
    const answers: unknown[] = []
    const asked = [providers()[0]?.collectorFunction(), deploy.getUid2AdvertisingToken?.()].map((answer) =>
      answer?.then(
        (signal) => answers.push(signal),
        () => answers.push('none'),
      ),
    )
    await settle()
    expect(answers).toEqual([])
    speak()
    await Promise.all(asked)
    expect(answers).toEqual(allowed ? ['A', 'A'] : ['none', 'none'])
  }
})
