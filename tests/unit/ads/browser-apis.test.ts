import { afterEach, describe, expect, test, vi } from 'vitest'
import { attempt, hideRefusedObserver, randomText } from '#lib/ads/browser-apis.ts'
import { removeEverywhere, store, stored } from '#lib/ads/stored.ts'
import { whenIdle } from '#lib/ads/token-store/refresh-scheduler.ts'
import { available, createBrowserStub } from './browser-stub.ts'

afterEach(() => vi.unstubAllGlobals())

const refuse = (): never => {
  throw new DOMException('The operation is insecure.', 'SecurityError')
}

test('N28: what a browser refuses has something that stands for it', () => {
  expect(attempt(() => 1, 2)).toBe(1)
  expect(attempt(refuse, 2)).toBe(2)
})

describe('N28: an idle moment', () => {
  const run = () => {}

  test.each([
    ['of a browser without one', undefined],
    ['of a browser that refuses it', refuse],
  ])('%s is soon', (_, requestIdleCallback) => {
    const setTimeout = vi.fn()
    whenIdle({ setTimeout, ...(requestIdleCallback && { requestIdleCallback }) }, run)
    expect(setTimeout).toHaveBeenCalledExactlyOnceWith(run, 200)
  })

  test('is the browser’s own where there is one', () => {
    const [setTimeout, requestIdleCallback] = [vi.fn(), vi.fn()]
    whenIdle({ setTimeout, requestIdleCallback }, run)
    expect(requestIdleCallback).toHaveBeenCalledExactlyOnceWith(run, { timeout: 2_000 })
    expect(setTimeout).not.toHaveBeenCalled()
  })
})

test.each([
  ['without any', undefined],
  ['in an insecure context of an old browser', {}],
  ['with one that throws', { getRandomValues: refuse }],
])('N28: %s cryptography two random texts differ', (_, crypto) => {
  vi.stubGlobal('crypto', crypto)
  const texts = Array.from({ length: 100 }, randomText)
  expect(new Set(texts).size).toBe(100)
})

describe('N28: a token store', () => {
  class Refused {
    constructor() {
      refuse()
    }
  }

  test.each([
    ['cannot speak to other tabs', undefined],
    ['may not, as in Firefox with cookies blocked', Refused],
  ])('that %s works all the same', async (_, BroadcastChannel) => {
    const page = createBrowserStub({ BroadcastChannel: BroadcastChannel as never })
    page.tokenStore.start()
    await page.request.answer(available('A'))
    expect(page.tokenStore.currentToken()).toMatchObject({ id: 'A' })
    page.tokenStore.clear('signed_out')()
    expect(page.tokenStore.currentToken()).toBeNull()
  })
})

test('N28: what is kept in a browser that refuses storage and cookies is as good as removed', () => {
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse })
  vi.stubGlobal('document', {
    set cookie(_text: string) {
      refuse()
    },
  })
  store('name', 'value')
  removeEverywhere('name')
  expect(stored('name')).toBeNull()
})

describe('N28: an observer that cannot be made', () => {
  const pageWith = (api: unknown) => {
    const page = { IntersectionObserver: api }
    vi.stubGlobal('IntersectionObserver', api)
    hideRefusedObserver(page)
    return page
  }

  test('is none for all who look for it', () => {
    expect(pageWith(refuse)).toEqual({ IntersectionObserver: undefined })
    expect(pageWith(undefined)).toEqual({ IntersectionObserver: undefined })
  })

  test('is left as it is where it can', () => {
    class Observer {}
    expect(pageWith(Observer)).toEqual({ IntersectionObserver: Observer })
  })
})
