import { describe, expect, test } from 'vitest'
import type { AvailableIdentity, PublicIdentity } from '#lib/identity/public-identity.ts'
import {
  available,
  clientToken,
  createBrowserStub,
  plain,
  recordEvents,
  SERVER_NOW,
  unavailable,
} from './browser-stub.ts'

const renewal = (token: string, ends = 120_000) => ({
  advertisingToken: token,
  identityExpires: SERVER_NOW + ends,
  refreshFrom: SERVER_NOW + ends / 2,
})

function opened(identity: AvailableIdentity = clientToken('A')) {
  const page = createBrowserStub()
  page.tokenStore.start(identity)
  const events = recordEvents(page.tokenStore)
  events.length = 0
  return { page, events }
}

describe('another refresher in the browser', () => {
  test('makes the token store send no POST for a due token', async () => {
    const { page } = opened(clientToken('A', { refreshFrom: SERVER_NOW }))
    page.tokenStore.afterAuction()
    await page.idle()
    await page.advance(59_000)
    await page.idle()
    await page.look()
    expect(page.methods()).toBe('GET')
    expect(page.tokenStore.currentToken()?.id).toBe('A')
  })

  test('that does not refresh a token in time lets it expire, and the server is asked (U1)', async () => {
    const { page, events } = opened()
    await page.advance(60_001)
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(events).toEqual(['expired refreshing'])
    expect(page.request.init).toMatchObject({ method: 'POST' })
    await page.request.answer(clientToken('B', { now: SERVER_NOW + 60_001 }))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
  })

  test('keeps the group that the server assigned (K1)', () => {
    const { page } = opened(clientToken('A', { bucket: 'treatment' }))
    page.tokenStore.renew(renewal('B'))
    expect(page.tokenStore.getSnapshot()).toEqual({
      ...clientToken('A', { bucket: 'treatment' }),
      ...renewal('B'),
    })
  })
})

describe('a token renewed in the browser', () => {
  test('replaces the other one, and expires by the page’s clock (U1)', async () => {
    const { page, events } = opened()
    await page.advance(40_000)
    page.tokenStore.renew(renewal('B'))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    expect(events).toEqual(['refreshed available'])
    await page.advance(79_999)
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    expect(page.requests).toHaveLength(0)
    page.sleep(1)
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.methods()).toBe('POST')
  })

  test('has times of the server, whose answer may have been slow (U1)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(plain('signed_out', SERVER_NOW - 5_000))
    page.sleep(5_000)
    page.tokenStore.start()
    page.sleep(9_000)
    await page.request.answer(clientToken('A'))
    page.tokenStore.renew(renewal('B'))
    page.sleep(110_999)
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    page.sleep(1)
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('counts even if the other one expired while the device slept', () => {
    const { page, events } = opened()
    page.sleep(61_000)
    page.tokenStore.renew(renewal('B'))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    expect(events).toEqual(['refreshed available'])
  })

  test.each([
    ['is the same', clientToken('A'), renewal('A')],
    ['expires no later', clientToken('A'), renewal('B', 60_000)],
    ['has expired', clientToken('A', { identityExpires: SERVER_NOW + 5_000 }), renewal('B', 9_000)],
    ['has no expiry', clientToken('A'), { ...renewal('B'), identityExpires: Number.NaN }],
    ['comes where the server refreshes', available('A'), renewal('B')],
  ])('is ignored when it %s', (_name, identity, fresh) => {
    const { page, events } = opened(identity)
    page.sleep(10_000)
    page.tokenStore.renew(fresh)
    expect(page.tokenStore.getSnapshot()).toEqual(identity)
    expect(events).toEqual([])
  })

  test('restores nothing after a sign-out (S1)', () => {
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
  ])('remains after %s, for which the server still has the first one', async (_name, wake) => {
    const { page, events } = opened()
    await page.advance(40_000)
    page.tokenStore.renew(renewal('B'))
    events.length = 0
    await wake(page)
    await page.request.answer(
      clientToken('A', { now: SERVER_NOW + 40_000, identityExpires: SERVER_NOW + 60_000 }),
    )
    expect(page.tokenStore.getSnapshot()).toMatchObject({ now: SERVER_NOW + 40_000, ...renewal('B') })
    expect(events).toEqual([])
    await page.advance(79_999)
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    await page.advance(1)
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('remains after a page that was rendered with the first one, even an expired one', () => {
    const { page, events } = opened()
    page.sleep(70_000)
    page.tokenStore.renew(renewal('B'))
    events.length = 0
    const now = SERVER_NOW + 70_000
    page.tokenStore.start(clientToken('A', { now, identityExpires: SERVER_NOW + 60_000 }))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    expect(events).toEqual([])
  })

  test('is replaced by a later identity of the server', async () => {
    const { page, events } = opened()
    page.tokenStore.renew(renewal('B'))
    events.length = 0
    await page.look()
    await page.request.answer(clientToken('C', { now: SERVER_NOW + 1 }))
    expect(page.tokenStore.currentToken()?.id).toBe('C')
    expect(events).toEqual(['refreshed available'])
  })
})

describe('an opt-out in the browser’s refresher (S1)', () => {
  test('removes the token at once, and the server’s recheck decides', async () => {
    const { page, events } = opened()
    page.tokenStore.renew(renewal('B'))
    events.length = 0
    page.tokenStore.recheck()
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.tokenStore.getSnapshot().status).toBe('loading')
    expect(events).toEqual(['cleared refreshing'])
    expect([page.request.method, page.request.body]).toEqual(['POST', { recheck: true }])
    await page.request.answer(plain('opted_out', SERVER_NOW + 1))
    expect(page.tokenStore.getSnapshot().status).toBe('opted_out')
    await page.look()
    expect(page.request.method).toBe('GET')
  })

  test('sends pending signals of the consent platform along', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(clientToken('A'))
    await page.hide()
    await page.consent({ gdprApplies: false })
    page.tokenStore.recheck()
    expect(page.request.body).toEqual({ recheck: true, signals: { gdprApplies: false } })
  })

  test.each([
    ['the first signals', false],
    ['changed signals', true],
  ])('is sent again with %s of the consent platform', async (_which, changed) => {
    const page = createBrowserStub()
    page.tokenStore.start(clientToken('A'))
    if (changed) {
      await page.consent({ gdprApplies: false })
      await page.request.answer(clientToken('A', { now: SERVER_NOW + 1 }))
    }
    page.tokenStore.recheck()
    await page.consent({ gdprApplies: true })
    expect(page.request.body).toEqual({ recheck: true, signals: { gdprApplies: true } })
  })

  test('is not overridden by a pending request or a rendered page', async () => {
    const { page } = opened()
    await page.look()
    const before = page.request
    page.tokenStore.recheck()
    await before.answer(clientToken('A', { now: SERVER_NOW + 9 }))
    page.tokenStore.start(clientToken('A', { now: SERVER_NOW + 60_000 }))
    page.tokenStore.start()
    await page.look()
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.methods()).toBe('GET POST')
  })

  test.each<[string, PublicIdentity | Response | Error]>([
    ['no answer', new TypeError('offline')],
    ['a 429', new Response(null, { status: 429 })],
    ['an operator that did not answer', unavailable],
    ['a store that was down', { status: 'unavailable', reason: 'store', now: SERVER_NOW }],
  ])('is sent again at the pace of retries after %s', async (_name, failure) => {
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
    page.tokenStore.start(clientToken('A', { now: SERVER_NOW + 60_000 }))
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test.each([
    ['no token', plain('denied')],
    ['a token that the server refreshes', available('A')],
  ])('is ignored with %s', (_name, identity) => {
    const page = createBrowserStub()
    page.tokenStore.start(identity)
    page.tokenStore.recheck()
    expect(page.tokenStore.getSnapshot()).toEqual(identity)
    expect(page.requests).toHaveLength(0)
  })

  test('removes the token of other tabs at once, while a renewal sends them nothing (N23)', async () => {
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
      page.tokenStore.start(clientToken('A'))
      return page
    }
    const [a, b] = [tab(), tab()]
    a.tokenStore.renew(renewal('B'))
    expect(messages).toEqual([])
    a.tokenStore.recheck()
    expect([a.tokenStore.currentToken(), b.tokenStore.currentToken()]).toEqual([null, null])
    await a.request.answer(unavailable)
    expect(b.requests).toHaveLength(0)
    await a.look()
    await a.request.answer(plain('opted_out', SERVER_NOW + 1))
    expect(b.methods()).toBe('GET')
    await b.request.answer(plain('opted_out', SERVER_NOW + 2))
    expect(b.tokenStore.getSnapshot().status).toBe('opted_out')
    expect(messages).toEqual([{ type: 'cleared' }, { type: 'changed' }])
  })
})
