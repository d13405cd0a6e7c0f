import { describe, expect, test } from 'vitest'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import {
  available,
  createBrowserStub,
  later,
  plain,
  recordEvents,
  SERVER_NOW,
  unavailable,
  unsupported,
} from './browser-stub.ts'

const grant = { tcf: 'CP-granted', gdprApplies: true }
const denial = { tcf: 'CP-denied', gdprApplies: true }

describe('sending signals', () => {
  test.each<[string, PublicIdentity]>([
    ['a token', available('A')],
    ['the control group', { status: 'withheld', now: SERVER_NOW, refreshFrom: SERVER_NOW + 1_000 }],
    ['no token yet', plain('refreshing')],
    ['a failure', unavailable],
    ['a denial for GDPR', unsupported('gdpr')],
    ['a denial for missing consent', unsupported('consent')],
  ])('signals are sent where they can change the answer: %s (K6)', async (_name, answer) => {
    const page = createBrowserStub()
    page.tokenStore.start()
    await page.consent(grant)
    expect(page.methods()).toBe('GET')
    await page.request.answer(answer)
    expect(page.methods()).toBe('GET POST')
    expect(page.request.signals).toEqual(grant)
    expect(page.request.init).toMatchObject({ headers: { 'content-type': 'application/json' } })
  })

  test.each<PublicIdentity>([
    plain('signed_out'),
    plain('gpc'),
    plain('denied'),
    plain('opted_out'),
    plain('no_choice'),
    { status: 'unsupported', reason: 'no_dii', now: SERVER_NOW },
    { status: 'unsupported', reason: 'region', now: SERVER_NOW },
  ])('signals are not sent after $status $reason (K6)', async (answer) => {
    const page = createBrowserStub()
    page.tokenStore.start(answer)
    await page.consent(grant)
    await page.consent(denial)
    expect(page.requests).toHaveLength(0)
    expect(page.tokenStore.getSnapshot()).toEqual(answer)
    expect(page.tokenStore.signals()).toEqual(denial)
  })

  test('signals are sent once per page load, also over soft navigations (K6)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.consent(grant)
    await page.request.answer(available('A', { now: later() }))
    page.tokenStore.start()
    await page.request.answer(available('A', { now: later(2) }))
    expect(page.methods()).toBe('POST GET')
  })

  test('an inline answer without a consent platform sends nothing, and a plain POST has no body (K6)', async () => {
    const page = createBrowserStub({ __tcfapi: undefined })
    page.tokenStore.start(available('A'))
    expect(page.requests).toHaveLength(0)
    expect(page.tokenStore.signals()).toBeNull()
    page.tokenStore.start(plain('refreshing', later()))
    expect(page.request.init).toEqual({ method: 'POST' })
  })

  test('a late consent platform is found by the next page (K6)', async () => {
    const page = createBrowserStub({ __tcfapi: undefined })
    page.tokenStore.start(available('A'))
    expect(page.requests).toHaveLength(0)
    page.window.__tcfapi = (_command, _version, callback) =>
      callback({ eventStatus: 'tcloaded', gdprApplies: true, tcString: 'CP-granted' }, true)
    page.tokenStore.start(available('A', { now: later() }))
    expect(page.request.signals).toEqual(grant)
    await page.request.answer(unsupported('consent', later(2)))
    expect(page.methods()).toBe('POST')
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('a late consent platform is heard before the next page’s request is answered (K6)', () => {
    const page = createBrowserStub({ __tcfapi: undefined })
    page.tokenStore.start(available('A'))
    page.window.__tcfapi = (_command, _version, callback) =>
      callback({ eventStatus: 'tcloaded', gdprApplies: true, tcString: 'CP-granted' }, true)
    page.tokenStore.start()
    expect(page.tokenStore.signals()).toEqual(grant)
  })

  test.each<[string, (page: ReturnType<typeof createBrowserStub>) => unknown]>([
    ['a page that was rendered earlier', (page) => page.tokenStore.start(available('A', { now: later() }))],
    ['the back/forward cache', (page) => page.restore()],
    ['a sign-out that failed', (page) => page.tokenStore.clear('signed_out')()],
  ])('signals of a request given up for %s are sent again (K6)', async (_name, giveUp) => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.consent(denial)
    await giveUp(page)
    if (page.request.method === 'GET') await page.request.answer(available('A', { now: later(1_000) }))
    expect(page.request.signals).toEqual(denial)
    await page.request.answer(unsupported('consent', later(2_000)))
    expect(page.tokenStore.getSnapshot()).toMatchObject({ status: 'unsupported', reason: 'consent' })
  })

  test.each<[string, Response | Error | PublicIdentity]>([
    ['429', Response.json({ error: 'rate_limited' }, { status: 429 })],
    ['422', Response.json({ error: 'invalid' }, { status: 422 })],
    ['413', Response.json({ error: 'too_large' }, { status: 413 })],
    ['a proxy’s error page', new Response('<html>', { status: 502 })],
    ['200 without an identity', Response.json({})],
    ['no answer', new TypeError('offline')],
    ['a store that is down', { status: 'unavailable', reason: 'store', now: later() }],
  ])('signals that the server did not accept remove the token: %s (K6d)', async (_name, answer) => {
    const page = createBrowserStub()
    const events = recordEvents(page.tokenStore, ['available', 'cleared'])
    page.tokenStore.start(available('A'))
    await page.consent(grant)
    await page.request.answer(answer)
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(events).toContain(
      answer instanceof Error || 'headers' in answer ? 'cleared loading' : 'cleared unavailable',
    )
    // No other page is used, and no request goes without the signals.
    page.tokenStore.start(available('A', { now: later(2) }))
    expect([page.request.method, page.request.signals]).toEqual(['POST', grant])
    await page.request.answer(available('B', { now: later(3) }))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    await page.advance(30_001)
    await page.idle()
    expect(page.request.signals).toBeUndefined()
  })

  test('rejected signals are sent again at once, then at the pace of failures, and no other answer counts (K6d)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.consent(grant)
    for (const refusal of [429, 429]) await page.request.answer(new Response(null, { status: refusal }))
    await page.advance(29_000)
    await page.look()
    page.tokenStore.start(available('A', { now: later(29_000) }))
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.requests.every(({ signals }) => signals !== undefined)).toBe(true)
    await page.request.answer(new Response(null, { status: 429 }))
    const before = page.requests.length
    await page.advance(3_600_000)
    expect(page.requests.length - before).toBeLessThan(10)
  })

  test('a denial remains when signals cannot be sent, and they are sent later (K6d)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(unsupported('consent'))
    await page.consent(denial)
    await page.request.answer(new Response(null, { status: 429 }))
    expect(page.tokenStore.getSnapshot()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    await page.advance(30_001)
    expect(page.methods()).toBe('POST POST')
    expect(page.request.signals).toEqual(denial)
  })

  test.each([
    ['are sent again', 'store', grant],
    ['count as stored', 'operator', undefined],
  ] as const)('signals %s after an answer that the %s was down (K6)', async (_what, reason, again) => {
    const page = createBrowserStub()
    page.tokenStore.start(plain('refreshing'))
    await page.request.answer(unavailable)
    await page.consent(grant)
    await page.request.answer({ status: 'unavailable', reason, now: later() })
    await page.advance(60_001)
    await page.idle()
    expect(page.request.signals).toEqual(again)
  })

  test('a hidden tab sends signals when it is visible again (K6)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.hide()
    await page.consent(grant)
    expect(page.requests).toHaveLength(0)
    await page.look()
    expect(page.request.signals).toEqual(grant)
  })

  test('signals are sent again for the reader after a sign-out (K6)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.consent(grant)
    await page.request.answer(available('A', { now: later() }))
    page.tokenStore.start(plain('signed_out', later(2)))
    page.tokenStore.start(available('B', { now: later(3) }))
    expect(page.methods()).toBe('POST POST')
    expect(page.request.signals).toEqual(grant)
  })

  test('an auction does not wait for the response after a denial (K6)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(unsupported('consent'))
    await page.consent(denial)
    expect(page.methods()).toBe('POST')
    let settled = false
    void page.tokenStore.settled().then(() => (settled = true))
    await page.advance(0)
    expect(settled).toBe(true)
  })
})
