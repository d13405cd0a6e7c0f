import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { clientToken, identityOf, later, memory, SERVER_NOW, settle } from './browser-stub.ts'
import { createPage, due, type PageOptions } from './sdk-page.ts'

beforeEach(() => vi.stubGlobal('localStorage', memory()))
afterEach(() => vi.unstubAllGlobals())

describe('an identity that was not made from ours is another reader’s (P11c)', () => {
  async function opened(options?: PageOptions, identity = clientToken('A')) {
    const page = createPage(options)
    page.start(identity)
    await settle()
    return page
  }
  const expectRejected = ({ tokenStore, calls }: ReturnType<typeof createPage>) => {
    expect(tokenStore.renew).not.toHaveBeenCalled()
    expect(tokenStore.recheck).toHaveBeenCalledTimes(1)
    expect(calls.at(-1)).toBe('disconnect')
    expect(localStorage.getItem('UID2-sdk-identity')).toBeNull()
  }

  test('one that arrives while ours is not due', async () => {
    const page = await opened()
    page.refresh(identityOf('X'))
    expectRejected(page)
  })

  test('one that the SDK reports without having refreshed ours', async () => {
    const page = await opened({}, due('A'))
    page.emit('IdentityUpdated', { identity: identityOf('X') })
    expectRejected(page)
  })

  test('one that another tab stored, and what the SDK makes of it', async () => {
    const page = await opened({}, due('A'))
    await page.reread(identityOf('X'))
    expectRejected(page)
    page.refresh(identityOf('X2'))
    expect(page.tokenStore.renew).not.toHaveBeenCalled()
    expect(localStorage.getItem('UID2-sdk-identity')).toBeNull()
  })

  test('one that another tab stored and that has expired, without a token', async () => {
    const page = await opened({}, due('A'))
    await page.reread(identityOf('X'), '')
    expectRejected(page)
  })

  test('one that another tab made from ours is accepted, and refreshed further', async () => {
    const page = await opened({}, due('A'))
    localStorage.setItem('uid2_sdk', 'A A2')
    await page.reread({ ...identityOf('A2'), refresh_from: SERVER_NOW })
    page.refresh(identityOf('A3'))
    expect(page.tokenStore.renew.mock.calls.map(([{ advertisingToken }]) => advertisingToken)).toEqual([
      'A2',
      'A3',
    ])
    expect(page.tokenStore.recheck).not.toHaveBeenCalled()
  })

  test('one is rejected once, and the next identity comes from the server', async () => {
    const page = await opened()
    page.refresh(identityOf('X'))
    page.start(clientToken('A', { now: later(1) }))
    await page.browser.advance(2_000)
    page.start(clientToken('B', { now: later(3_000) }))
    await settle()
    expect(page.calls.slice(1)).toEqual(['disconnect', 'set B'])
  })

  test('one with which the SDK initialised itself is ended before ours is given', async () => {
    const page = await opened({ selfInitialised: identityOf('X') })
    expect(page.calls).toEqual(['disconnect', 'disconnect'])
    page.refresh(identityOf('X2'))
    await page.browser.advance(1_000)
    expect(page.calls.slice(2)).toEqual(['disconnect', 'init undefined https://operator.example', 'set A'])
    expect(page.tokenStore.renew).not.toHaveBeenCalled()
    expect(JSON.parse(localStorage.getItem('UID2-sdk-identity') ?? '')).toEqual(identityOf('A'))
  })

  test('one that the SDK prefers to ours, as from a cookie', async () => {
    const page = createPage()
    page.start(clientToken('A'))
    await page.load()
    Object.assign(page.sdk(), { getIdentity: () => identityOf('X') })
    await settle()
    expect(page.calls.at(-1)).toBe('disconnect')
    expect(page.tokenStore.renew).not.toHaveBeenCalled()
  })
})

test('the SDK finds no stored configuration, not even one that another tab has just written (P11d)', async () => {
  localStorage.setItem('UID2-sdk-identity', JSON.stringify(identityOf('X')))
  localStorage.setItem('UID2-sdk-identity_config', '{}')
  const page = createPage()
  page.load.mockImplementationOnce(async () => {
    localStorage.setItem('UID2-sdk-identity_config', '{}')
    await page.load()
  })
  page.start(clientToken('A'))
  await settle()
  expect(page.calls).toEqual(['init A https://operator.example'])
  expect(localStorage.getItem('UID2-sdk-identity_config')).toBeNull()
})

describe('an identity that the SDK lost (U3e)', () => {
  test('causes a recheck, as some releases report no opt-out', async () => {
    const page = createPage()
    page.start(due('A'))
    await settle()
    localStorage.removeItem('UID2-sdk-identity')
    page.emit('IdentityUpdated', { identity: null })
    expect(page.tokenStore.recheck).toHaveBeenCalledTimes(1)
    expect(page.calls.at(-1)).toBe('disconnect')
  })

  test('is still stored after it expired without an answer of the operator, and causes none', async () => {
    const page = createPage()
    page.start(due('A'))
    await settle()
    page.emit('IdentityUpdated', { identity: null })
    expect(page.tokenStore.recheck).not.toHaveBeenCalled()
  })
})
