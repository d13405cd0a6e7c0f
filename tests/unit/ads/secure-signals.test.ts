import { afterEach, expect, test, vi } from 'vitest'
import { queueOf } from '#lib/ads/google/gpt-queue.ts'
import { answerGoogleDeploy, pushSecureSignals } from '#lib/ads/google/secure-signals.ts'
import { clearGptCacheWith } from '#lib/ads/google/signals-cache.ts'
import { available, createBrowserStub, later, memory, plain, settle, unavailable } from './browser-stub.ts'
import { gptPage, signalPage } from './signal-page.ts'

afterEach(() => vi.unstubAllGlobals())

test('a sign-out, a withdrawal, an opt-out and a switch clear Google’s cache once each (G1)', async () => {
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

test('withdrawn consent clears Google’s cache at once (G1, K6)', async () => {
  const { page, cleared } = gptPage()
  page.tokenStore.start(available('A'))
  await page.consent({ gdprApplies: false })
  await page.request.answer(available('A', { now: later(1) }))
  expect(cleared).not.toHaveBeenCalled()
  await page.consent({ gdprApplies: true })
  expect(cleared).toHaveBeenCalledTimes(1)
})

test('a refresh, a failure, a page without ads or without a token never clears Google’s cache (G1)', async () => {
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
  // Expired on arrival.
  page.tokenStore.start(available('C', { now: later(6), identityExpires: later(6) }))
  expect(page.tokenStore.getSnapshot().status).toBe('refreshing')
  expect(cleared).not.toHaveBeenCalled()
})

test('a token that expires without a refresh clears Google’s cache once (G10)', async () => {
  const { page, cleared } = gptPage()
  page.tokenStore.start(available('A'))
  await page.advance(60_001)
  await page.request.answer(unavailable)
  expect(page.tokenStore.getSnapshot().status).toBe('unavailable')
  await page.advance(600_000)
  expect(cleared).toHaveBeenCalledTimes(1)
})

test('a token that Google’s tag got on an earlier page is cleared on a later one without the reader (G1)', () => {
  const storage = memory()
  gptPage(storage).page.tokenStore.start(available('A'))
  for (const times of [1, 0]) {
    const { page, cleared } = gptPage(storage)
    page.tokenStore.start(plain('signed_out'))
    expect(cleared).toHaveBeenCalledTimes(times)
  }
})

test('a token from before Google’s tag loaded is cleared from its cache as well (G1)', () => {
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

test('a signal from a collector is cleared by a later page that never had a token (G1)', async () => {
  const storage = memory()
  vi.stubGlobal('localStorage', storage)
  const { page, tag, providers } = signalPage()
  pushSecureSignals(page.tokenStore, async () => true, tag as never)
  page.tokenStore.start(available('A'))
  await providers()[0]?.collectorFunction()
  const next = gptPage(storage)
  next.page.tokenStore.start(plain('signed_out'))
  expect(next.cleared).toHaveBeenCalledTimes(1)
})

test('a signal of an earlier page is cleared before the next reader’s, even if the sign-in page had no tag (S1, G1)', async () => {
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

test('a reader who left before Google’s tag loaded leaves nothing in its cache (G1, S1)', () => {
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

test('a browser that gave Google nothing stores nothing about it', () => {
  const storage = memory()
  vi.stubGlobal('localStorage', { ...storage, setItem: vi.fn() })
  const page = createBrowserStub()
  clearGptCacheWith(page.tokenStore, {})
  page.tokenStore.start(available('A'))
  page.tokenStore.clear('signed_out')
  expect(localStorage.setItem).not.toHaveBeenCalled()
})

test('the cache is cleared without storage, and nothing is stored without Google’s tag (G1)', () => {
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

test('a provider is added with the first token, and later tokens use the same one (G2)', async () => {
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

test('the signal is the token, byte for byte (G9)', async () => {
  const { page, tag, providers } = signalPage()
  pushSecureSignals(page.tokenStore, async () => true, tag as never)
  page.tokenStore.start(available('A+/=_-'))
  await expect(providers()[0]?.collectorFunction()).resolves.toBe('A+/=_-')
})

test('a provider without a token rejects, as Google would cache an empty answer (G2)', async () => {
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

test('Google’s own script gets the token once it is known, and a rejection without one', async () => {
  const page = createBrowserStub()
  const callbacks: Record<string, () => Promise<string>> = {}
  answerGoogleDeploy(page.tokenStore, async () => true, callbacks as never)
  page.tokenStore.start()
  const early = callbacks.getUid2AdvertisingToken?.()
  await page.request.answer(available('A'))
  await expect(early).resolves.toBe('A')
  await expect(callbacks.getEuidAdvertisingToken?.()).rejects.toThrow()
  page.tokenStore.clear('denied')
  await expect(callbacks.getUid2AdvertisingToken?.()).rejects.toThrow()
})

test('a provider waits for the consent platform, and rejects without its consent (G11)', async () => {
  for (const allowed of [true, false]) {
    const { page, tag, providers } = signalPage()
    const deploy: Record<string, () => Promise<string>> = {}
    let decide = () => {}
    const decision = new Promise<boolean>((resolve) => {
      decide = () => resolve(allowed)
    })
    pushSecureSignals(page.tokenStore, () => decision, tag as never)
    answerGoogleDeploy(page.tokenStore, () => decision, deploy as never)
    page.tokenStore.start(available('A'))
    const answers: unknown[] = []
    const calls = [providers()[0]?.collectorFunction(), deploy.getUid2AdvertisingToken?.()].map((answer) =>
      answer?.then(
        (signal) => answers.push(signal),
        () => answers.push('none'),
      ),
    )
    await settle()
    expect(answers).toEqual([])
    decide()
    await Promise.all(calls)
    expect(answers).toEqual(allowed ? ['A', 'A'] : ['none', 'none'])
  }
})
