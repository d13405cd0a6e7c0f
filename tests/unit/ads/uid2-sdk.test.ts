import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { refreshBySdk } from '#lib/ads/uid2-sdk.ts'
import {
  available,
  clientToken,
  createBrowserStub,
  identityOf,
  later,
  memory,
  plain,
  SERVER_NOW,
  settle,
} from './browser-stub.ts'
import { createPage, due, renewedTo } from './sdk-page.ts'

beforeEach(() => vi.stubGlobal('localStorage', memory()))
afterEach(() => vi.unstubAllGlobals())

test('the SDK is loaded only for a reader with a token, and gets the identity unchanged', async () => {
  const page = createPage()
  page.start(plain('signed_out'))
  await settle()
  expect(page.load).not.toHaveBeenCalled()
  page.start(clientToken('A', { now: later(1) }))
  await settle()
  expect(page.calls).toEqual(['init A https://operator.example'])
})

test('the SDK gets nothing under the server hand-off', async () => {
  const page = createPage()
  page.start(available('A'))
  await settle()
  expect(page.load).not.toHaveBeenCalled()
})

test('a refresh of the SDK goes to the token store, and an opt-out causes a recheck at the server', async () => {
  const page = createPage()
  page.start(due('A'))
  await settle()
  page.refresh({ ...identityOf('A2'), identity_expires: 7, refresh_from: 5 })
  expect(page.tokenStore.renew).toHaveBeenCalledExactlyOnceWith({
    advertisingToken: 'A2',
    identityExpires: 7,
    refreshFrom: 5,
  })
  page.refresh({ ...identityOf('A3') })
  expect(page.tokenStore.renew).toHaveBeenLastCalledWith(renewedTo('A3'))
  expect(page.tokenStore.recheck).not.toHaveBeenCalled()
  page.emit('OptoutReceived', {})
  page.emit('IdentityUpdated', { identity: null })
  expect(page.tokenStore.recheck).toHaveBeenCalledTimes(1)
})

test('the SDK is disconnected with the token, and the next reader’s identity is set, not initialised again (S1)', async () => {
  const page = createPage()
  page.start(clientToken('A'))
  await settle()
  page.clear('signed_out')
  expect(page.calls.at(-1)).toBe('disconnect')
  page.start(clientToken('B', { now: later(10_000) }))
  await page.browser.advance(3_001)
  await page.browser.request.answer(clientToken('B', { now: later(10_000) }))
  await settle()
  expect(page.calls.slice(1)).toEqual(['disconnect', 'set B'])
})

test('a refresh that ends after the sign-out restores nothing, in the page or the SDK (S1)', async () => {
  const page = createPage()
  page.start(clientToken('A'))
  await settle()
  page.clear('signed_out')
  page.emit('IdentityUpdated', { identity: identityOf('A2') })
  page.emit('IdentityUpdated', { identity: null })
  page.emit('OptoutReceived', {})
  expect(page.calls.slice(1)).toEqual(['disconnect', 'disconnect'])
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
  expect(page.tokenStore.recheck).not.toHaveBeenCalled()
})

test('the next reader’s identity is set only once the last refresh must have ended (S1)', async () => {
  const page = createPage()
  page.start(clientToken('A'))
  await settle()
  await page.browser.restore()
  await page.browser.request.answer(clientToken('B', { now: later(10) }))
  await page.browser.advance(999)
  page.emit('IdentityUpdated', { identity: identityOf('A2') })
  await settle()
  expect(page.calls.slice(1)).toEqual(['disconnect', 'disconnect'])
  await page.browser.advance(1)
  expect(page.calls.slice(1)).toEqual(['disconnect', 'disconnect', 'set B'])
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
})

test('an SDK that the page set up itself is not changed', async () => {
  const page = createPage()
  page.emit('IdentityUpdated', { identity: identityOf('A') })
  expect(page.calls).toEqual([])
})

test('the SDK is disconnected when the token expires (U1)', async () => {
  const page = createPage()
  page.start(clientToken('A'))
  await settle()
  await page.browser.advance(60_001)
  expect(page.calls.at(-1)).toBe('disconnect')
})

test('the SDK gets no reader who signed out while it loaded', async () => {
  const page = createPage()
  page.start(clientToken('A'))
  page.clear('signed_out')
  await settle()
  expect(page.calls).toEqual([])
})

test('an identity that arrives during a refresh is set once that must have ended (S1)', async () => {
  const page = createPage()
  page.start(due('A'))
  await settle()
  page.start(clientToken('A9', { now: later(1) }))
  await settle()
  page.refresh(identityOf('A2'))
  await page.browser.advance(1_000)
  expect(page.calls.slice(1)).toEqual(['disconnect', 'disconnect', 'set A9'])
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
})

test('a later identity of the server is set, and the SDK’s own newer token is not (S1)', async () => {
  const page = createPage()
  page.start(clientToken('A'))
  await settle()
  page.browser.tokenStore.renew({
    advertisingToken: 'A2',
    identityExpires: later(120_000),
    refreshFrom: later(90_000),
  })
  await settle()
  expect(page.calls).toEqual(['init A https://operator.example'])
  page.start(clientToken('B', { now: later(1) }))
  await settle()
  expect(page.calls.slice(1)).toEqual(['set B'])
})

describe('a refreshed identity of an earlier page', () => {
  const made = { ...identityOf('A2'), identity_expires: later(120_000), refresh_from: later(90_000) }

  /** A page on which the SDK refreshed A; the browser keeps its storage. */
  async function earlierPage() {
    const page = createPage()
    page.start(due('A'))
    await settle()
    page.refresh(made)
    return localStorage
  }

  test('is used first, as the server still gives the older one, which each page would refresh (P11)', async () => {
    await earlierPage()
    const page = createPage()
    page.start(clientToken('A'))
    await settle()
    expect(page.calls).toEqual(['init A2 https://operator.example'])
    expect(page.tokenStore.renew).toHaveBeenCalledExactlyOnceWith({
      advertisingToken: 'A2',
      identityExpires: later(120_000),
      refreshFrom: later(90_000),
    })
  })

  test('is used before the SDK is loaded, which the first auction does not wait for (P11)', async () => {
    await earlierPage()
    const page = createPage({ fails: true })
    page.start(clientToken('A'))
    await settle()
    expect(page.tokenStore.renew).toHaveBeenCalledExactlyOnceWith(renewedTo('A2', made))
  })

  test('is used for no other identity, and not once the storage holds something else (S1)', async () => {
    const kept = await earlierPage()
    const other = createPage()
    other.start(clientToken('B'))
    await settle()
    expect(other.calls).toEqual(['init B https://operator.example'])
    for (const text of [JSON.stringify(identityOf('of another reader')), 'null', '{', '']) {
      kept.setItem('UID2-sdk-identity', text)
      const page = createPage()
      page.start(clientToken('A'))
      await settle()
      expect(page.calls).toEqual(['init A https://operator.example'])
    }
  })
})

test('the SDK is disconnected when the reader joins the control group (K1)', async () => {
  const page = createPage()
  page.start(clientToken('A'))
  await settle()
  page.start({ status: 'withheld', now: later(1), refreshFrom: later(30_000) })
  expect(page.calls.at(-1)).toBe('disconnect')
})

test.each([
  ['that is blocked', { fails: true }],
  ['that other code has set up', { taken: true }],
])('a script %s is no error', async (_what, how) => {
  const page = createPage(how)
  const unhandled = vi.fn()
  process.once('unhandledRejection', unhandled)
  page.start(clientToken('A'))
  await settle()
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
  expect(page.calls).toEqual([])
})

test('the EUID SDK has its own global, and the page’s own callbacks stay', async () => {
  const browser = createBrowserStub()
  const own = vi.fn()
  const init = vi.fn()
  const page = { __euid: { callbacks: [own], init } }
  refreshBySdk({
    tokenStore: browser.tokenStore,
    product: 'euid',
    operatorUrl: 'https://operator.example',
    load: async () => {},
    now: () => SERVER_NOW,
    setTimeout: browser.env.setTimeout,
    page: page as never,
  })
  browser.tokenStore.start(clientToken('E', { source: 'euid.eu' }))
  await settle()
  expect(page.__euid.callbacks[0]).toBe(own)
  expect(page.__euid.callbacks).toHaveLength(2)
  expect(init).toHaveBeenCalledExactlyOnceWith({
    identity: identityOf('E'),
    baseUrl: 'https://operator.example',
    callback: expect.any(Function),
  })
  expect(page).not.toHaveProperty('__uid2')
})
