import { afterEach, describe, expect, test, vi } from 'vitest'
import { attempt, hideRefusedObserver, randomText } from '#lib/ads/browser-apis.ts'
import { removeEverywhere, store, stored } from '#lib/ads/stored.ts'
import { whenIdle } from '#lib/ads/token-store/refresh-scheduler.ts'
import { available, createBrowserStub } from './browser-stub.ts'

afterEach(() => vi.unstubAllGlobals())

const refuse = (): never => {
  throw new DOMException('The operation is insecure.', 'SecurityError')
}

test('a refused browser API has a fallback (N28)', () => {
  expect(attempt(() => 1, 2)).toBe(1)
  expect(attempt(refuse, 2)).toBe(2)
})

describe('an idle moment (N28)', () => {
  const run = () => {}

  test.each([
    ['of a browser without one', undefined],
    ['of a browser that refuses it', refuse],
  ])('%s is a short delay', (_, requestIdleCallback) => {
    const setTimeout = vi.fn()
    whenIdle({ setTimeout, ...(requestIdleCallback && { requestIdleCallback }) }, run)
    expect(setTimeout).toHaveBeenCalledExactlyOnceWith(run, 200)
  })

  test('is the browser’s own where it exists', () => {
    const [setTimeout, requestIdleCallback] = [vi.fn(), vi.fn()]
    whenIdle({ setTimeout, requestIdleCallback }, run)
    expect(requestIdleCallback).toHaveBeenCalledExactlyOnceWith(run, { timeout: 2_000 })
    expect(setTimeout).not.toHaveBeenCalled()
  })
})

test.each([
  ['without cryptography', undefined],
  ['in an insecure context of an old browser', {}],
  ['with cryptography that throws', { getRandomValues: refuse }],
])('random texts differ: %s (N28)', (_, crypto) => {
  vi.stubGlobal('crypto', crypto)
  const texts = Array.from({ length: 100 }, randomText)
  expect(new Set(texts).size).toBe(100)
})

describe('a token store (N28)', () => {
  class Refused {
    constructor() {
      refuse()
    }
  }

  test.each([
    ['has no BroadcastChannel', undefined],
    ['may not use one, as in Firefox with cookies blocked', Refused],
  ])('that %s works', async (_, BroadcastChannel) => {
    const page = createBrowserStub({ BroadcastChannel: BroadcastChannel as never })
    page.tokenStore.start()
    await page.request.answer(available('A'))
    expect(page.tokenStore.currentToken()).toMatchObject({ id: 'A' })
    page.tokenStore.clear('signed_out')()
    expect(page.tokenStore.currentToken()).toBeNull()
  })
})

test('stored data counts as removed in a browser that refuses storage and cookies (N28)', () => {
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

describe('an IntersectionObserver that cannot be made (N28)', () => {
  const pageWith = (api: unknown) => {
    const page = { IntersectionObserver: api }
    vi.stubGlobal('IntersectionObserver', api)
    hideRefusedObserver(page)
    return page
  }

  test('is hidden from all code', () => {
    expect(pageWith(refuse)).toEqual({ IntersectionObserver: undefined })
    expect(pageWith(undefined)).toEqual({ IntersectionObserver: undefined })
  })

  test('is left as it is where it can be made', () => {
    class Observer {}
    expect(pageWith(Observer)).toEqual({ IntersectionObserver: Observer })
  })
})
