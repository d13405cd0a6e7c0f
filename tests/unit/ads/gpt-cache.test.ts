import { afterEach, expect, test, vi } from 'vitest'
import { clearGptCacheWith } from '#lib/ads/gpt-cache.ts'
import { available, createBrowserStub, plain, SERVER_NOW, unavailable } from './browser-stub.ts'

afterEach(() => vi.unstubAllGlobals())

function memory() {
  const kept = new Map<string, string>()
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  }
}

/** A page with Google's tag. `storage` is what the browser keeps between pages. */
function gptPage(storage: object | undefined = memory()) {
  vi.stubGlobal('localStorage', storage)
  const page = createBrowserStub()
  const cleared = vi.fn()
  clearGptCacheWith(page.handoff, {
    googletag: { cmd: { push: (run) => run() }, secureSignalProviders: { clearAllCache: cleared } },
  })
  return { page, cleared }
}

const later = (ms: number) => SERVER_NOW + ms

test('G1: a sign-out, an opt-out and a switch clear Google’s cache once each', async () => {
  for (const act of ['signed_out', 'denied', 'opted_out'] as const) {
    const { page, cleared } = gptPage()
    page.handoff.start(available('A'))
    page.handoff.clear(act)
    page.handoff.start(plain('signed_out', later(1)))
    expect(cleared, act).toHaveBeenCalledTimes(1)
  }
  const { page, cleared } = gptPage()
  page.handoff.start(available('A'))
  await page.restore()
  await page.request.answer(available('B', { now: later(1) }))
  expect(cleared).toHaveBeenCalledTimes(1)
  page.handoff.clear('signed_out')
  expect(cleared).toHaveBeenCalledTimes(2)
})

test('G1, K6: a consent withdrawn clears it at once', async () => {
  const { page, cleared } = gptPage()
  page.handoff.start(available('A'))
  await page.consent({ gdprApplies: false })
  await page.request.answer(available('A', { now: later(1) }))
  expect(cleared).not.toHaveBeenCalled()
  await page.consent({ gdprApplies: true })
  expect(cleared).toHaveBeenCalledTimes(1)
})

test('G1: never a refresh, an expiry, a failure, a page without ads, or a page of somebody without a token', async () => {
  const { page, cleared } = gptPage()
  page.handoff.start(plain('signed_out'))
  page.handoff.start(available('A', { now: later(1) }))
  await page.look()
  await page.request.answer(available('B', { now: later(2) }))
  page.handoff.standDown()
  page.handoff.start()
  await page.request.answer(available('B', { now: later(3) }))
  await page.advance(60_001)
  await page.request.answer(unavailable)
  expect(page.handoff.getSnapshot().status).toBe('unavailable')
  expect(cleared).not.toHaveBeenCalled()
})

test('G1: what an earlier page gave to Google’s tag goes when a later one finds the reader gone', () => {
  const storage = memory()
  gptPage(storage).page.handoff.start(available('A'))
  for (const times of [1, 0]) {
    const { page, cleared } = gptPage(storage)
    page.handoff.start(plain('signed_out'))
    expect(cleared).toHaveBeenCalledTimes(times)
  }
})

test('G1: it works without storage, and does nothing without Google’s tag', () => {
  const { page, cleared } = gptPage({})
  page.handoff.start(available('A'))
  page.handoff.clear('denied')
  expect(cleared).toHaveBeenCalledTimes(1)
  const storage = { setItem: vi.fn() }
  vi.stubGlobal('localStorage', storage)
  const bare = createBrowserStub()
  clearGptCacheWith(bare.handoff, {})
  bare.handoff.start(available('A'))
  bare.handoff.clear('denied')
  expect(storage.setItem).not.toHaveBeenCalled()
})
