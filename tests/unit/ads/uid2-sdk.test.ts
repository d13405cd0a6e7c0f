import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { refreshBySdk } from '#lib/ads/uid2-sdk.ts'
import { available, createBrowserStub, plain, SERVER_NOW, settle } from './browser-stub.ts'
import { client, createPage, due, identityOf, later, renewedTo } from './sdk-page.ts'
import { memory } from './signal-page.ts'

beforeEach(() => vi.stubGlobal('localStorage', memory()))
afterEach(() => vi.unstubAllGlobals())

test('the SDK is loaded for a reader with a token alone, and given the identity as the server gave it', async () => {
  const page = createPage()
  page.start(plain('signed_out'))
  await settle()
  expect(page.load).not.toHaveBeenCalled()
  page.start(client('A', { now: later(1) }))
  await settle()
  expect(page.told).toEqual(['init A https://operator.example'])
})

test('under the server hand-off it is given nothing', async () => {
  const page = createPage()
  page.start(available('A'))
  await settle()
  expect(page.load).not.toHaveBeenCalled()
})

test('what it refreshes goes to the token store, and an opt-out that it hears goes to the server', async () => {
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
  page.say('OptoutReceived', {})
  page.say('IdentityUpdated', { identity: null })
  expect(page.tokenStore.recheck).toHaveBeenCalledTimes(1)
})

test('S1: it is disconnected with the token, and the next reader’s identity is set, not initialised twice', async () => {
  const page = createPage()
  page.start(client('A'))
  await settle()
  page.clear('signed_out')
  expect(page.told.at(-1)).toBe('disconnect')
  page.start(client('B', { now: later(10_000) }))
  await page.browser.advance(3_001)
  await page.browser.request.answer(client('B', { now: later(10_000) }))
  await settle()
  expect(page.told.slice(1)).toEqual(['disconnect', 'set B'])
})

test('S1: a refresh that ends after the sign-out brings nothing back, neither here nor in the SDK', async () => {
  const page = createPage()
  page.start(client('A'))
  await settle()
  page.clear('signed_out')
  page.say('IdentityUpdated', { identity: identityOf('A2') })
  page.say('IdentityUpdated', { identity: null })
  page.say('OptoutReceived', {})
  expect(page.told.slice(1)).toEqual(['disconnect', 'disconnect'])
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
  expect(page.tokenStore.recheck).not.toHaveBeenCalled()
})

test('S1: the next reader’s identity is not given before the last one’s refresh has surely ended', async () => {
  const page = createPage()
  page.start(client('A'))
  await settle()
  await page.browser.restore()
  await page.browser.request.answer(client('B', { now: later(10) }))
  await page.browser.advance(999)
  page.say('IdentityUpdated', { identity: identityOf('A2') })
  await settle()
  expect(page.told.slice(1)).toEqual(['disconnect', 'disconnect'])
  await page.browser.advance(1)
  expect(page.told.slice(1)).toEqual(['disconnect', 'disconnect', 'set B'])
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
})

test('an SDK that the page itself has set up is left alone', async () => {
  const page = createPage()
  page.say('IdentityUpdated', { identity: identityOf('A') })
  expect(page.told).toEqual([])
})

test('U1: it is disconnected when the token has run out', async () => {
  const page = createPage()
  page.start(client('A'))
  await settle()
  await page.browser.advance(60_001)
  expect(page.told.at(-1)).toBe('disconnect')
})

test('a reader who left while it was loaded is not given to it', async () => {
  const page = createPage()
  page.start(client('A'))
  page.clear('signed_out')
  await settle()
  expect(page.told).toEqual([])
})

test('S1: an identity that comes while one is refreshed is set once that has surely ended', async () => {
  const page = createPage()
  page.start(due('A'))
  await settle()
  page.start(client('A9', { now: later(1) }))
  await settle()
  page.refresh(identityOf('A2'))
  await page.browser.advance(1_000)
  expect(page.told.slice(1)).toEqual(['disconnect', 'disconnect', 'set A9'])
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
})

test('an identity that the server has got since is set, and its own newer token is not given back to it (S1)', async () => {
  const page = createPage()
  page.start(client('A'))
  await settle()
  page.browser.tokenStore.renew({
    advertisingToken: 'A2',
    identityExpires: later(120_000),
    refreshFrom: later(90_000),
  })
  await settle()
  expect(page.told).toEqual(['init A https://operator.example'])
  page.start(client('B', { now: later(1) }))
  await settle()
  expect(page.told.slice(1)).toEqual(['set B'])
})

describe('what it has made of the server’s identity on a page before', () => {
  const made = { ...identityOf('A2'), identity_expires: later(120_000), refresh_from: later(90_000) }

  /** A page on which the SDK refreshed A; what the browser keeps of it goes on to the next. */
  async function earlierPage() {
    const page = createPage()
    page.start(due('A'))
    await settle()
    page.refresh(made)
    return localStorage
  }

  test('is what it begins with: the server still gives the one from before, which each page would refresh (P11)', async () => {
    await earlierPage()
    const page = createPage()
    page.start(client('A'))
    await settle()
    expect(page.told).toEqual(['init A2 https://operator.example'])
    expect(page.tokenStore.renew).toHaveBeenCalledExactlyOnceWith({
      advertisingToken: 'A2',
      identityExpires: later(120_000),
      refreshFrom: later(90_000),
    })
  })

  test('counts for no other identity, and not once something else is kept (S1)', async () => {
    const kept = await earlierPage()
    const other = createPage()
    other.start(client('B'))
    await settle()
    expect(other.told).toEqual(['init B https://operator.example'])
    for (const text of [JSON.stringify(identityOf('of another reader')), 'null', '{', '']) {
      kept.setItem('UID2-sdk-identity', text)
      const page = createPage()
      page.start(client('A'))
      await settle()
      expect(page.told).toEqual(['init A https://operator.example'])
    }
  })
})

test('K1: it is disconnected when the reader comes into the control group', async () => {
  const page = createPage()
  page.start(client('A'))
  await settle()
  page.start({ status: 'withheld', now: later(1), refreshFrom: later(30_000) })
  expect(page.told.at(-1)).toBe('disconnect')
})

test.each([
  ['that is blocked', { fails: true }],
  ['that somebody else has set up', { taken: true }],
])('a script %s is no error', async (_what, how) => {
  const page = createPage(how)
  const unhandled = vi.fn()
  process.once('unhandledRejection', unhandled)
  page.start(client('A'))
  await settle()
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
  expect(page.told).toEqual([])
})

test('the EUID SDK has its own global, and callbacks of the page’s own stay in place', async () => {
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
  browser.tokenStore.start(client('E', { source: 'euid.eu' }))
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
