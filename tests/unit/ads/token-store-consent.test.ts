import { describe, expect, test } from 'vitest'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { available, createBrowserStub, plain, refused, SERVER_NOW, unavailable } from './browser-stub.ts'

const yes = { tcf: 'CP-yes', gdprApplies: true }
const no = { tcf: 'CP-no', gdprApplies: true }
const later = (ms = 1) => SERVER_NOW + ms

describe('K6: telling the server', () => {
  test.each<[string, PublicIdentity]>([
    ['a token', available('A')],
    ['the control group', { status: 'withheld', now: SERVER_NOW, refreshFrom: SERVER_NOW + 1_000 }],
    ['no token yet', plain('refreshing')],
    ['a failure', unavailable],
    ['a refusal for GDPR', refused('gdpr')],
    ['a refusal for want of consent', refused('consent')],
  ])('K6: signals are posted where they can matter: %s', async (_name, answer) => {
    const page = createBrowserStub()
    page.tokenStore.start()
    await page.consent(yes)
    expect(page.methods()).toBe('GET')
    await page.request.answer(answer)
    expect(page.methods()).toBe('GET POST')
    expect(page.request.signals).toEqual(yes)
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
  ])('K6: and not where the answer is another no: $status $reason', async (answer) => {
    const page = createBrowserStub()
    page.tokenStore.start(answer)
    await page.consent(yes)
    await page.consent(no)
    expect(page.requests).toHaveLength(0)
    expect(page.tokenStore.getSnapshot()).toEqual(answer)
    expect(page.tokenStore.signals()).toEqual(no)
  })

  test('K6: once per page load, also over soft navigations', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.consent(yes)
    await page.request.answer(available('A', { now: later() }))
    page.tokenStore.start()
    await page.request.answer(available('A', { now: later(2) }))
    expect(page.methods()).toBe('POST GET')
  })

  test('K6: an inline answer without a consent platform asks nothing, and a plain POST has no body', async () => {
    const page = createBrowserStub({ __tcfapi: undefined })
    page.tokenStore.start(available('A'))
    expect(page.requests).toHaveLength(0)
    expect(page.tokenStore.signals()).toBeNull()
    page.tokenStore.start(plain('refreshing', later()))
    expect(page.request.init).toEqual({ method: 'POST' })
  })

  test('K6: a consent platform that comes late is found by the next page', async () => {
    const page = createBrowserStub({ __tcfapi: undefined })
    page.tokenStore.start(available('A'))
    expect(page.requests).toHaveLength(0)
    page.window.__tcfapi = (_command, _version, callback) =>
      callback({ eventStatus: 'tcloaded', gdprApplies: true, tcString: 'CP-yes' }, true)
    page.tokenStore.start(available('A', { now: later() }))
    expect(page.request.signals).toEqual(yes)
    await page.request.answer(refused('consent', later(2)))
    expect(page.methods()).toBe('POST')
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test.each<[string, (page: ReturnType<typeof createBrowserStub>) => unknown]>([
    ['a page that was rendered meanwhile', (page) => page.tokenStore.start(available('A', { now: later() }))],
    ['the back/forward cache', (page) => page.restore()],
    ['a sign-out that failed', (page) => page.tokenStore.clear('signed_out')()],
  ])('K6: signals whose request is given up for %s are told again', async (_name, giveUp) => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.consent(no)
    await giveUp(page)
    if (page.request.method === 'GET') await page.request.answer(available('A', { now: later(1_000) }))
    expect(page.request.signals).toEqual(no)
    await page.request.answer(refused('consent', later(2_000)))
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
  ])('K6d: signals that were not taken take the token: %s', async (_name, answer) => {
    const page = createBrowserStub()
    const heard: string[] = []
    for (const event of ['available', 'cleared'] as const)
      page.tokenStore.on(event, (state) => heard.push(`${event} ${state.status}`))
    page.tokenStore.start(available('A'))
    await page.consent(yes)
    await page.request.answer(answer)
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(heard).toContain(
      answer instanceof Error || 'headers' in answer ? 'cleared loading' : 'cleared unavailable',
    )
    // No page that says otherwise is believed, and nothing is asked for without them.
    page.tokenStore.start(available('A', { now: later(2) }))
    expect([page.request.method, page.request.signals]).toEqual(['POST', yes])
    await page.request.answer(available('B', { now: later(3) }))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    await page.advance(30_001)
    await page.idle()
    expect(page.request.signals).toBeUndefined()
  })

  test('K6d: they are sent again at once, then by themselves at the pace of failures, and nothing else counts', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.consent(yes)
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

  test('K6d: a refusal that stands is not overridden when they cannot be told, and they are told later', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(refused('consent'))
    await page.consent(no)
    await page.request.answer(new Response(null, { status: 429 }))
    expect(page.tokenStore.getSnapshot()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    await page.advance(30_001)
    expect(page.methods()).toBe('POST POST')
    expect(page.request.signals).toEqual(no)
  })

  test('K6: an answer that the store was down means that they were not kept', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(plain('refreshing'))
    await page.request.answer(unavailable)
    await page.consent(yes)
    await page.request.answer({ status: 'unavailable', reason: 'store', now: later() })
    await page.advance(60_001)
    await page.idle()
    expect(page.request.signals).toEqual(yes)
  })

  test('K6: a hidden tab tells them when it is looked at', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.hide()
    await page.consent(yes)
    expect(page.requests).toHaveLength(0)
    await page.look()
    expect(page.request.signals).toEqual(yes)
  })

  test('K6: for the reader after a sign-out they are told again', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.consent(yes)
    await page.request.answer(available('A', { now: later() }))
    page.tokenStore.start(plain('signed_out', later(2)))
    page.tokenStore.start(available('B', { now: later(3) }))
    expect(page.methods()).toBe('POST POST')
    expect(page.request.signals).toEqual(yes)
  })

  test('K6: an auction does not wait for the response after a denial', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(refused('consent'))
    await page.consent(no)
    expect(page.methods()).toBe('POST')
    let settled = false
    void page.tokenStore.settled().then(() => (settled = true))
    await page.advance(0)
    expect(settled).toBe(true)
  })
})

describe('K6: a changed mind', () => {
  async function consenting() {
    const page = createBrowserStub()
    const heard: string[] = []
    for (const event of ['available', 'refreshed', 'expired', 'cleared'] as const)
      page.tokenStore.on(event, (state) => heard.push(`${event} ${state.status}`))
    page.tokenStore.start(available('A'))
    await page.consent(yes)
    await page.request.answer(available('A', { now: later() }))
    heard.length = 0
    return { page, heard }
  }

  test('K6: takes the token before the server has answered, and then its answer is believed', async () => {
    const { page, heard } = await consenting()
    await page.consent(no)
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.tokenStore.getSnapshot().status).toBe('loading')
    expect(heard).toEqual(['cleared loading'])
    expect(page.request.signals).toEqual(no)
    await page.request.answer(refused('consent', later(2)))
    expect(page.tokenStore.getSnapshot()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    await page.consent(yes)
    await page.request.answer(available('B', { now: later(3) }))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    expect(heard).toEqual(['cleared loading', 'cleared unsupported', 'available available'])
  })

  test.each(['GET', 'POST'])('K6: a late answer to a %s of before brings nothing back', async (method) => {
    const { page } = await consenting()
    if (method === 'GET') await page.look()
    else {
      page.tokenStore.start(plain('refreshing', later(2)))
    }
    const before = page.request
    expect(before.method).toBe(method)
    await page.consent(no)
    await before.answer(available('A', { now: later(9) }))
    expect(page.tokenStore.currentToken()).toBeNull()
    await page.request.answer(refused('consent', later(10)))
    expect(page.tokenStore.getSnapshot().status).toBe('unsupported')
  })

  test('K6: neither does the answer to the first word, when the second one follows at once', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.consent(yes)
    const first = page.request
    await page.consent(no)
    await first.answer(available('A', { now: later() }))
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.request.signals).toEqual(no)
  })

  test('K6: no page that was rendered meanwhile is believed, and no wake-up asks for less than the whole', async () => {
    const { page } = await consenting()
    await page.consent(no)
    page.tokenStore.start(available('A', { now: later(60_000) }))
    await page.look()
    await page.online()
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.methods()).toBe('POST POST')
  })

  test('K6: with a server that takes no more for now there is no token, and it is told again', async () => {
    const { page } = await consenting()
    await page.consent(no)
    await page.request.answer(new Response(null, { status: 429 }))
    expect(page.tokenStore.getSnapshot().status).toBe('unavailable')
    page.tokenStore.start(available('A', { now: later(60_000) }))
    expect(page.tokenStore.currentToken()).toBeNull()
    expect([page.request.method, page.request.signals]).toEqual(['POST', no])
    await page.request.answer(new TypeError('offline'))
    await page.look()
    expect([page.request.method, page.request.signals]).toEqual(['POST', no])
    await page.request.answer(refused('consent', later(60_001)))
    await page.look()
    expect(page.request.method).toBe('GET')
  })

  test('K6: one that comes while a sign-out is on its way is told when that has been heard', async () => {
    const { page } = await consenting()
    const confirmed = page.tokenStore.clear('signed_out')
    await page.consent(no)
    expect(page.methods()).toBe('POST')
    expect(page.tokenStore.getSnapshot().status).toBe('signed_out')
    confirmed()
    expect([page.request.method, page.request.signals]).toEqual(['POST', no])
  })

  test('K6: one that comes before the first answer is not overtaken by it', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    const first = page.request
    await page.consent(yes)
    await page.consent(no)
    await first.answer(available('A'))
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.request.signals).toEqual(no)
  })
})
