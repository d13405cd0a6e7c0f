import { describe, expect, test, vi } from 'vitest'
import { createSchedulerWithConsent } from '#lib/ads/consent/consent-sync.ts'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import {
  available,
  clientToken,
  createBrowserStub,
  plain,
  recordEvents,
  SERVER_NOW,
  settle,
  unavailable,
} from './browser-stub.ts'

/** A browser in which the scheduler loads when the test lets it. */
function withoutScheduler(platform = false) {
  const loads: Array<() => void> = []
  const page = createBrowserStub({
    loadScheduler: (loaded) => void loads.push(() => loaded(createSchedulerWithConsent)),
    ...(!platform && { __tcfapi: undefined }),
  })
  return Object.assign(page, {
    loads,
    async arrive() {
      for (const load of loads.splice(0)) load()
      await settle()
    },
  })
}

describe('the scheduler is loaded', () => {
  test('after the first answer, never before or with it', async () => {
    const page = withoutScheduler()
    page.tokenStore.start()
    expect(page.loads).toHaveLength(0)
    await page.request.answer(available('A'))
    expect(page.loads).toHaveLength(1)
    expect(page.tokenStore.currentToken()?.id).toBe('A')
  })

  test.each(['__tcfapi', '__gpp'])('at once on a page with %s, to get all of its events (K6)', (name) => {
    const page = withoutScheduler()
    Object.assign(page.window, { [name]: () => {} })
    page.tokenStore.start()
    expect(page.loads).toHaveLength(1)
  })

  test('again with the next answer when it failed to load', async () => {
    const page = withoutScheduler()
    page.tokenStore.start(available('A'))
    page.loads.length = 0
    page.tokenStore.start()
    await page.request.answer(available('A', { now: SERVER_NOW + 1 }))
    expect(page.loads).toHaveLength(1)
  })
})

describe('a late scheduler', () => {
  test('refreshes a token that became due before', async () => {
    const page = withoutScheduler()
    page.tokenStore.start(available('A'))
    await page.advance(40_000)
    await page.idle()
    expect(page.requests).toHaveLength(0)
    await page.arrive()
    await page.advance(5_001)
    await page.idle()
    expect(page.methods()).toBe('POST')
  })

  test('waits after a failure from before it loaded', async () => {
    const page = withoutScheduler()
    page.tokenStore.start()
    await page.request.answer(unavailable)
    await page.arrive()
    await page.advance(29_000)
    await page.idle()
    expect(page.methods()).toBe('GET')
    await page.advance(1_001)
    await page.idle()
    expect(page.methods()).toBe('GET POST')
  })

  test('is created once for several answers', async () => {
    const page = withoutScheduler()
    page.tokenStore.start(available('A'))
    page.tokenStore.start(available('B', { now: SERVER_NOW + 1 }))
    const listen = vi.spyOn(page.window.document, 'addEventListener')
    await page.arrive()
    expect(listen).toHaveBeenCalledTimes(1)
    await page.look()
    await page.request.answer(available('B', { now: SERVER_NOW + 2 }))
    expect(page.methods()).toBe('GET')
  })

  test('passes the consent platform’s signals to the server (K6)', async () => {
    const page = withoutScheduler(true)
    page.tokenStore.start(available('A'))
    expect(page.tokenStore.signals()).toBeNull()
    await page.arrive()
    await page.consent({ gdprApplies: false })
    expect(page.request.signals).toEqual({ gdprApplies: false })
    expect(page.tokenStore.signals()).toEqual({ gdprApplies: false })
  })

  test('keeps a renewal from before it loaded', async () => {
    const page = withoutScheduler()
    page.tokenStore.start(clientToken('A'))
    page.tokenStore.renew({
      advertisingToken: 'B',
      identityExpires: SERVER_NOW + 90_000,
      refreshFrom: SERVER_NOW + 80_000,
    })
    await page.arrive()
    expect(page.tokenStore.currentToken()?.id).toBe('B')
  })
})

describe('without a scheduler', () => {
  test('a missing token is requested at once, and the auction waits for it', async () => {
    const page = withoutScheduler()
    page.tokenStore.start()
    await page.request.answer(plain('refreshing'))
    expect(page.methods()).toBe('GET POST')
    expect(page.request.init).toEqual({ method: 'POST' })
    let settled = false
    void page.tokenStore.settled().then(() => (settled = true))
    await settle()
    expect(settled).toBe(false)
    await page.request.answer(available('A', { now: SERVER_NOW + 1 }))
    expect(settled).toBe(true)
    expect(page.tokenStore.currentToken()?.id).toBe('A')
  })

  test('a page that renders twice posts once (P7)', () => {
    const page = withoutScheduler()
    page.tokenStore.start(plain('refreshing'))
    page.tokenStore.start(plain('refreshing'))
    expect(page.methods()).toBe('POST')
  })

  test('a server that repeats its answer is not called in a loop', async () => {
    const page = withoutScheduler()
    page.tokenStore.start(plain('refreshing'))
    await page.request.answer(plain('refreshing', SERVER_NOW + 1))
    await page.advance(120_000)
    await page.idle()
    expect(page.methods()).toBe('POST')
  })

  test('a hidden tab does not post', async () => {
    const page = withoutScheduler()
    await page.hide()
    page.tokenStore.start(plain('refreshing'))
    expect(page.requests).toHaveLength(0)
  })

  test('a token expires on time, with and without timers (U1)', async () => {
    const page = withoutScheduler()
    const events = recordEvents(page.tokenStore, ['expired'])
    page.tokenStore.start(available('A'))
    await page.advance(60_001)
    expect(events).toEqual(['expired refreshing'])
    page.tokenStore.start(available('B', { now: SERVER_NOW + 60_001 }))
    page.sleep(59_999)
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    page.sleep(1)
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('a clear without a confirmation ends in a read (S1)', async () => {
    const page = withoutScheduler()
    page.tokenStore.start(available('A'))
    page.tokenStore.clear('signed_out')
    expect(page.tokenStore.currentToken()).toBeNull()
    await page.advance(2_999)
    expect(page.requests).toHaveLength(0)
    await page.advance(1)
    expect(page.methods()).toBe('GET')
  })

  test('a clear in another tab and the back/forward cache remove the token (S1, N23)', async () => {
    const channels: Array<{ onmessage: ((event: MessageEvent) => void) | null }> = []
    class Channel {
      onmessage: ((event: MessageEvent) => void) | null = null
      postMessage() {}
      constructor() {
        channels.push(this)
      }
    }
    const page = createBrowserStub({ BroadcastChannel: Channel, loadScheduler: () => {} })
    page.tokenStore.start(available('A'))
    channels[0]?.onmessage?.(new MessageEvent('message', { data: { type: 'cleared' } }))
    expect(page.tokenStore.currentToken()).toBeNull()
    channels[0]?.onmessage?.(new MessageEvent('message', { data: { type: 'changed' } }))
    await page.request.answer(available('B', { now: SERVER_NOW + 1 }))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    await page.restore()
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.methods()).toBe('GET GET')
  })
})

describe('an answer', () => {
  test.each<PublicIdentity>([
    unavailable,
    { status: 'unavailable', reason: 'store', now: SERVER_NOW },
    { status: 'withheld', now: SERVER_NOW, refreshFrom: SERVER_NOW + 9 },
    plain('no_choice'),
  ])('with $status $reason is used', async (answer) => {
    const page = withoutScheduler()
    page.tokenStore.start()
    await page.request.answer(answer)
    expect(page.tokenStore.getSnapshot()).toEqual(answer)
  })

  test.each([
    ['no status', { now: SERVER_NOW }],
    ['no time', { status: 'denied' }],
    ['no token', { ...available('A'), advertisingToken: undefined }],
    ['an empty token', available('')],
    ['a token without expiry', { ...available('A'), identityExpires: undefined }],
    ['a token that is never due', { ...available('A'), refreshFrom: '9' }],
    ['a group that is never due', { status: 'withheld', now: SERVER_NOW }],
    ['no object', null],
    ['an error’s status', available('A'), 503],
  ])('with %s is invalid', async (_name, body, status = 200) => {
    const page = withoutScheduler()
    page.tokenStore.start()
    await page.request.answer(Response.json(body, { status }))
    expect(page.tokenStore.getSnapshot()).toMatchObject({ status: 'unavailable', reason: 'operator' })
  })
})
