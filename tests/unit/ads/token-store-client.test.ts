import { describe, expect, test } from 'vitest'
import type { AvailableIdentity, ClientIdentity, PublicIdentity } from '#lib/identity/public-identity.ts'
import { available, createBrowserStub, plain, SERVER_NOW, unavailable } from './browser-stub.ts'

/** As under UID2_HANDOFF=client: the token with the six fields that it came from. */
function given(token: string, over: Partial<AvailableIdentity> = {}): AvailableIdentity {
  const base = available(token, over)
  const identity: ClientIdentity = {
    advertising_token: token,
    refresh_token: 'refresh',
    identity_expires: base.identityExpires,
    refresh_from: base.refreshFrom,
    refresh_expires: base.now + 3_600_000,
    refresh_response_key: 'key',
  }
  return { ...base, identity, ...over }
}

const renewal = (token: string, ends = 120_000) => ({
  advertisingToken: token,
  identityExpires: SERVER_NOW + ends,
  refreshFrom: SERVER_NOW + ends / 2,
})

function listening(page: ReturnType<typeof createBrowserStub>) {
  const heard: string[] = []
  for (const event of ['available', 'refreshed', 'withheld', 'expired', 'cleared'] as const)
    page.tokenStore.on(event, ({ status }) => heard.push(`${event} ${status}`))
  heard.length = 0
  return heard
}

function opened(identity: AvailableIdentity = given('A')) {
  const page = createBrowserStub()
  page.tokenStore.start(identity)
  return { page, heard: listening(page) }
}

describe('something else in the browser refreshes', () => {
  test('the token store makes no POST when the token is due, whatever wakes it', async () => {
    const { page } = opened(given('A', { refreshFrom: SERVER_NOW }))
    page.tokenStore.afterAuction()
    await page.idle()
    await page.advance(59_000)
    await page.idle()
    await page.look()
    expect(page.methods()).toBe('GET')
    expect(page.tokenStore.currentToken()?.id).toBe('A')
  })

  test('a token that was not refreshed expires, and then the server is asked (U1)', async () => {
    const { page, heard } = opened()
    await page.advance(60_001)
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(heard).toEqual(['expired refreshing'])
    expect(page.request.init).toMatchObject({ method: 'POST' })
    await page.request.answer(given('B', { now: SERVER_NOW + 60_001 }))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
  })

  test('the group that the server tells passes through (K1)', () => {
    const { page } = opened(given('A', { bucket: 'treatment' }))
    page.tokenStore.renew(renewal('B'))
    expect(page.tokenStore.getSnapshot()).toEqual({
      ...given('A', { bucket: 'treatment' }),
      ...renewal('B'),
    })
  })
})

describe('a token that the browser has renewed', () => {
  test('takes the place of the other one, and ends by the page’s own clock (U1)', async () => {
    const { page, heard } = opened()
    await page.advance(40_000)
    page.tokenStore.renew(renewal('B'))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    expect(heard).toEqual(['refreshed available'])
    await page.advance(79_999)
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    expect(page.requests).toHaveLength(0)
    page.sleep(1)
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.methods()).toBe('POST')
  })

  test('its times are the server’s, whose answer may have taken its time (U1)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(plain('signed_out', SERVER_NOW - 5_000))
    page.sleep(5_000)
    page.tokenStore.start()
    page.sleep(9_000)
    await page.request.answer(given('A'))
    page.tokenStore.renew(renewal('B'))
    page.sleep(110_999)
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    page.sleep(1)
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('counts though the other one ended while the device slept', () => {
    const { page, heard } = opened()
    page.sleep(61_000)
    page.tokenStore.renew(renewal('B'))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    expect(heard).toEqual(['refreshed available'])
  })

  test.each([
    ['is the same', given('A'), renewal('A')],
    ['ends no later', given('A'), renewal('B', 60_000)],
    ['has ended already', given('A', { identityExpires: SERVER_NOW + 5_000 }), renewal('B', 9_000)],
    ['has no end', given('A'), { ...renewal('B'), identityExpires: Number.NaN }],
    ['comes where the server refreshes', available('A'), renewal('B')],
  ])('is ignored when it %s', (_name, identity, fresh) => {
    const { page, heard } = opened(identity)
    page.sleep(10_000)
    page.tokenStore.renew(fresh)
    expect(page.tokenStore.getSnapshot()).toEqual(identity)
    expect(heard).toEqual([])
  })

  test('brings nothing back after a sign-out (S1)', () => {
    const { page } = opened()
    page.tokenStore.clear('signed_out')
    page.tokenStore.renew(renewal('B'))
    expect(page.tokenStore.getSnapshot().status).toBe('signed_out')
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test.each<[string, (page: ReturnType<typeof createBrowserStub>) => Promise<unknown>]>([
    ['a wake-up', (page) => page.look()],
    ['a soft navigation', async (page) => page.tokenStore.start()],
    ['the back/forward cache', (page) => page.restore()],
  ])('outlives %s, after which the server tells of the one that it began with', async (_name, wake) => {
    const { page, heard } = opened()
    await page.advance(40_000)
    page.tokenStore.renew(renewal('B'))
    heard.length = 0
    await wake(page)
    await page.request.answer(given('A', { now: SERVER_NOW + 40_000, identityExpires: SERVER_NOW + 60_000 }))
    expect(page.tokenStore.getSnapshot()).toMatchObject({ now: SERVER_NOW + 40_000, ...renewal('B') })
    expect(heard).toEqual([])
    await page.advance(79_999)
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    await page.advance(1)
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('outlives a page that was rendered with the one that it began with, even with that at its end', () => {
    const { page, heard } = opened()
    page.sleep(70_000)
    page.tokenStore.renew(renewal('B'))
    heard.length = 0
    const now = SERVER_NOW + 70_000
    page.tokenStore.start(given('A', { now, identityExpires: SERVER_NOW + 60_000 }))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    expect(heard).toEqual([])
  })

  test('gives way to an identity that the server has got since', async () => {
    const { page, heard } = opened()
    page.tokenStore.renew(renewal('B'))
    heard.length = 0
    await page.look()
    await page.request.answer(given('C', { now: SERVER_NOW + 1 }))
    expect(page.tokenStore.currentToken()?.id).toBe('C')
    expect(heard).toEqual(['refreshed available'])
  })
})

describe('S1: an opt-out that the browser’s refresher heard of', () => {
  test('takes the token at once; the server is asked to look itself, and is believed', async () => {
    const { page, heard } = opened()
    page.tokenStore.renew(renewal('B'))
    heard.length = 0
    page.tokenStore.recheck()
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.tokenStore.getSnapshot().status).toBe('loading')
    expect(heard).toEqual(['cleared loading'])
    expect([page.request.method, page.request.body]).toEqual(['POST', { recheck: true }])
    await page.request.answer(plain('opted_out', SERVER_NOW + 1))
    expect(page.tokenStore.getSnapshot().status).toBe('opted_out')
    await page.look()
    expect(page.request.method).toBe('GET')
  })

  test('what a consent platform has said goes along where it is owed', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(given('A'))
    await page.hide()
    await page.consent({ gdprApplies: false })
    page.tokenStore.recheck()
    expect(page.request.body).toEqual({ recheck: true, signals: { gdprApplies: false } })
  })

  test('no other answer counts: neither one under way nor a page that was rendered', async () => {
    const { page } = opened()
    await page.look()
    const before = page.request
    page.tokenStore.recheck()
    await before.answer(given('A', { now: SERVER_NOW + 9 }))
    page.tokenStore.start(given('A', { now: SERVER_NOW + 60_000 }))
    page.tokenStore.start()
    await page.look()
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.methods()).toBe('GET POST')
  })

  test.each<[string, PublicIdentity | Response | Error]>([
    ['no answer', new TypeError('offline')],
    ['one too many', new Response(null, { status: 429 })],
    ['an operator that did not answer', unavailable],
    ['a store that was down', { status: 'unavailable', reason: 'store', now: SERVER_NOW }],
  ])('%s settles nothing: it is asked again at the pace of retries', async (_name, failure) => {
    const { page } = opened()
    page.tokenStore.recheck()
    await page.request.answer(failure)
    expect(page.tokenStore.getSnapshot().status).toBe('unavailable')
    await page.advance(29_000)
    await page.idle()
    expect(page.requests).toHaveLength(1)
    await page.advance(1_001)
    await page.idle()
    expect([page.requests.length, page.request.body]).toEqual([2, { recheck: true }])
    page.tokenStore.start(given('A', { now: SERVER_NOW + 60_000 }))
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test.each([
    ['no token', plain('denied')],
    ['a token that the server refreshes', available('A')],
  ])('it is ignored where there is %s', (_name, identity) => {
    const page = createBrowserStub()
    page.tokenStore.start(identity)
    page.tokenStore.recheck()
    expect(page.tokenStore.getSnapshot()).toEqual(identity)
    expect(page.requests).toHaveLength(0)
  })

  test('N23: other tabs lose it at once too; of a renewal they are told nothing', async () => {
    const messages: unknown[] = []
    const all = new Set<Channel>()
    class Channel {
      onmessage: ((event: MessageEvent) => void) | null = null
      constructor() {
        all.add(this)
      }
      postMessage(data: unknown) {
        messages.push(data)
        for (const other of all) if (other !== this) other.onmessage?.(new MessageEvent('message', { data }))
      }
    }
    const tab = () => {
      const page = createBrowserStub({ BroadcastChannel: Channel })
      page.tokenStore.start(given('A'))
      return page
    }
    const [a, b] = [tab(), tab()]
    a.tokenStore.renew(renewal('B'))
    expect(messages).toEqual([])
    a.tokenStore.recheck()
    expect([a.tokenStore.currentToken(), b.tokenStore.currentToken()]).toEqual([null, null])
    expect(b.requests).toHaveLength(0)
    await a.request.answer(plain('opted_out', SERVER_NOW + 1))
    expect(b.methods()).toBe('GET')
    await b.request.answer(plain('opted_out', SERVER_NOW + 2))
    expect(b.tokenStore.getSnapshot().status).toBe('opted_out')
    expect(messages).toEqual([{ type: 'cleared' }, { type: 'changed' }])
  })
})
