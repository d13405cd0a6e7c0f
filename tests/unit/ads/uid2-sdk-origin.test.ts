import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SERVER_NOW, settle } from './browser-stub.ts'
import { client, createPage, due, identityOf, later, type PageOptions } from './sdk-page.ts'
import { memory } from './signal-page.ts'

beforeEach(() => vi.stubGlobal('localStorage', memory()))
afterEach(() => vi.unstubAllGlobals())

describe('P11c: an identity that was not made of ours is another reader’s', () => {
  async function opened(options?: PageOptions, identity = client('A')) {
    const page = createPage(options)
    page.start(identity)
    await settle()
    return page
  }
  const expectRefused = ({ tokenStore, told }: ReturnType<typeof createPage>) => {
    expect(tokenStore.renew).not.toHaveBeenCalled()
    expect(tokenStore.recheck).toHaveBeenCalledTimes(1)
    expect(told.at(-1)).toBe('disconnect')
    expect(localStorage.getItem('UID2-sdk-identity')).toBeNull()
  }

  test('one that comes while ours is not due is no refresh of it', async () => {
    const page = await opened()
    page.refresh(identityOf('X'))
    expectRefused(page)
  })

  test('one that the SDK tells of and has not taken up by a refresh', async () => {
    const page = await opened({}, due('A'))
    page.say('IdentityUpdated', { identity: identityOf('X') })
    expectRefused(page)
  })

  test('one that another tab has stored, and what the SDK then makes of it', async () => {
    const page = await opened({}, due('A'))
    await page.reread(identityOf('X'))
    expectRefused(page)
    page.refresh(identityOf('X2'))
    expect(page.tokenStore.renew).not.toHaveBeenCalled()
    expect(localStorage.getItem('UID2-sdk-identity')).toBeNull()
  })

  test('one that another tab has stored and that has expired, whose token is not told', async () => {
    const page = await opened({}, due('A'))
    await page.reread(identityOf('X'), '')
    expectRefused(page)
  })

  test('what another tab has made of ours counts, and is refreshed further', async () => {
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

  test('one that it is not given twice: the server says what becomes of the reader', async () => {
    const page = await opened()
    page.refresh(identityOf('X'))
    page.start(client('A', { now: later(1) }))
    await page.browser.advance(2_000)
    page.start(client('B', { now: later(3_000) }))
    await settle()
    expect(page.told.slice(1)).toEqual(['disconnect', 'set B'])
  })

  test('one by which it has initialised itself is ended before it is given ours', async () => {
    const page = await opened({ selfInitialised: identityOf('X') })
    expect(page.told).toEqual(['disconnect', 'disconnect'])
    page.refresh(identityOf('X2'))
    await page.browser.advance(1_000)
    expect(page.told.slice(2)).toEqual(['disconnect', 'init undefined https://operator.example', 'set A'])
    expect(page.tokenStore.renew).not.toHaveBeenCalled()
    expect(JSON.parse(localStorage.getItem('UID2-sdk-identity') ?? '')).toEqual(identityOf('A'))
  })

  test('one that the SDK prefers to the one that it is given, as from a cookie', async () => {
    const page = createPage()
    page.start(client('A'))
    await page.load()
    Object.assign(page.sdk(), { getIdentity: () => identityOf('X') })
    await settle()
    expect(page.told.at(-1)).toBe('disconnect')
    expect(page.tokenStore.renew).not.toHaveBeenCalled()
  })
})

test('P11d: it finds no configuration to initialise itself by, not even one that another tab has just written', async () => {
  localStorage.setItem('UID2-sdk-identity', JSON.stringify(identityOf('X')))
  localStorage.setItem('UID2-sdk-identity_config', '{}')
  const page = createPage()
  page.load.mockImplementationOnce(async () => {
    localStorage.setItem('UID2-sdk-identity_config', '{}')
    await page.load()
  })
  page.start(client('A'))
  await settle()
  expect(page.told).toEqual(['init A https://operator.example'])
  expect(localStorage.getItem('UID2-sdk-identity_config')).toBeNull()
})

describe('U3e: an identity that the SDK has lost is a reason to ask the server', () => {
  test('whatever the release: some tell of no opt-out', async () => {
    const page = createPage()
    page.start(due('A'))
    await settle()
    localStorage.removeItem('UID2-sdk-identity')
    page.say('IdentityUpdated', { identity: null })
    expect(page.tokenStore.recheck).toHaveBeenCalledTimes(1)
    expect(page.told.at(-1)).toBe('disconnect')
  })

  test('and one that has expired while the operator does not answer is not lost: the SDK keeps it', async () => {
    const page = createPage()
    page.start(due('A'))
    await settle()
    page.say('IdentityUpdated', { identity: null })
    expect(page.tokenStore.recheck).not.toHaveBeenCalled()
  })
})
