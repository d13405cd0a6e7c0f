import { describe, expect, test } from 'vitest'
import { createClock } from '#lib/ads/token-store/browser.ts'
import { available, createBrowserStub, plain, recordEvents, SERVER_NOW, unavailable } from './browser-stub.ts'

describe('starting', () => {
  test('two effects of StrictMode make one request, without options so that the preload is used (P7)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    page.tokenStore.start()
    expect(page.requests).toHaveLength(1)
    expect(page.request.init).toBeUndefined()
    await page.request.answer(available('A'))
    expect(page.tokenStore.currentToken()).toEqual({ id: 'A', source: 'uidapi.com' })
    expect(page.requests).toHaveLength(1)
  })

  test('an inline identity needs no request, the first or the second time', () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    page.tokenStore.start(available('A'))
    expect(page.requests).toHaveLength(0)
    expect(page.tokenStore.currentToken()?.id).toBe('A')
  })

  test('a soft navigation to a static page reads again', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    await page.request.answer(available('A'))
    page.tokenStore.start()
    expect(page.methods()).toBe('GET GET')
  })

  test('a prefetched payload older than the known state is ignored, and the server is read', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('B'))
    page.tokenStore.start(available('A', { now: SERVER_NOW - 1_000 }))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    expect(page.methods()).toBe('GET')
  })

  test('a prefetched payload is as old as its server time, not as its use', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    page.sleep(25_000)
    page.tokenStore.start(available('B', { now: SERVER_NOW + 5_000, identityExpires: SERVER_NOW + 26_000 }))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    page.sleep(1_000)
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('`refreshing` causes a POST at once, as the auction waits for it', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    await page.request.answer(plain('refreshing'))
    expect(page.methods()).toBe('GET POST')
    let settled = false
    void page.tokenStore.settled().then(() => (settled = true))
    await page.advance(0)
    expect(settled).toBe(false)
    await page.request.answer(available('A'))
    expect(settled).toBe(true)
  })
})

describe('expiry', () => {
  test('uses the monotonic clock, never the wall clocks of page and server (U1)', async () => {
    const page = createBrowserStub()
    const events = recordEvents(page.tokenStore, ['expired'])
    page.tokenStore.start(available('A', { refreshFrom: SERVER_NOW + 59_000 }))
    await page.advance(58_000)
    expect(page.tokenStore.currentToken()?.id).toBe('A')
    await page.advance(2_001)
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(events).toEqual(['expired refreshing'])
    expect(page.request.method).toBe('POST')
  })

  test('needs no timers, which sleep with the device (U1)', () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    page.sleep(60_000)
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.methods()).toBe('POST')
  })

  test('counts from the request, so that a slow answer does not prolong the token (U1)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(plain('signed_out'))
    page.sleep(1_000)
    page.tokenStore.start()
    page.sleep(9_000)
    await page.request.answer(available('A'))
    await page.advance(50_999)
    expect(page.tokenStore.currentToken()?.id).toBe('A')
    page.sleep(1)
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test.each([
    [
      'preloaded',
      async (page: ReturnType<typeof createBrowserStub>) => {
        page.tokenStore.start()
        await page.request.answer(available('A'))
      },
    ],
    ['inline', async (page: ReturnType<typeof createBrowserStub>) => page.tokenStore.start(available('A'))],
  ])(
    'counts from the load of the page for an identity that came with it, %s (U1)',
    async (_name, receive) => {
      const page = createBrowserStub()
      page.sleep(9_000)
      await receive(page)
      page.sleep(50_999)
      expect(page.tokenStore.currentToken()?.id).toBe('A')
      page.sleep(1)
      expect(page.tokenStore.currentToken()).toBeNull()
    },
  )

  test('leaves a late due token to the auction first', async () => {
    const page = createBrowserStub()
    page.sleep(9_000)
    page.tokenStore.start(available('A', { refreshFrom: SERVER_NOW }))
    await page.advance(4_999)
    expect(page.idleCount()).toBe(0)
    await page.advance(2)
    expect(page.idleCount()).toBe(1)
  })

  test('counts eight hours of sleep although the monotonic clock stood still (U1)', () => {
    const clocks = { monotonic: 0, wall: 500 }
    const now = createClock({ now: () => clocks.monotonic }, { now: () => clocks.wall })
    const page = createBrowserStub({ now })
    page.tokenStore.start(available('A'))
    clocks.wall += 8 * 3_600_000
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('in the past means that a token is never announced', async () => {
    const page = createBrowserStub()
    const events = recordEvents(page.tokenStore, ['available'])
    page.tokenStore.start(available('A', { identityExpires: SERVER_NOW }))
    expect(page.tokenStore.getSnapshot().status).toBe('refreshing')
    expect(events).toEqual([])
  })

  test('beyond the longest browser timer does not come at once', async () => {
    const page = createBrowserStub()
    const days = 30 * 86_400_000
    page.tokenStore.start(
      available('A', { identityExpires: SERVER_NOW + days, refreshFrom: SERVER_NOW + days }),
    )
    expect([...page.timers.values()].map(({ at }) => at - page.env.now())).toEqual([1e9])
    await page.advance(29 * 86_400_000)
    expect(page.tokenStore.currentToken()?.id).toBe('A')
  })
})

describe('refreshing', () => {
  const due = available('A', { refreshFrom: SERVER_NOW })

  test('a due token is refreshed at idle after the auction, never before', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(due)
    expect(page.idleCount()).toBe(0)
    page.tokenStore.afterAuction()
    expect(page.requests).toHaveLength(0)
    await page.idle()
    expect(page.methods()).toBe('POST')
    await page.request.answer(available('B'))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
  })

  test('a page without an auction is refreshed as well', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(due)
    await page.advance(5_001)
    await page.idle()
    expect(page.methods()).toBe('POST')
  })

  test('a token not yet due is kept after an auction, and refreshed at refreshFrom', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    page.tokenStore.afterAuction()
    await page.idle()
    expect(page.requests).toHaveLength(0)
    await page.advance(30_001)
    await page.idle()
    expect(page.methods()).toBe('POST')
  })

  test('the control group is refreshed as well', async () => {
    const page = createBrowserStub()
    page.tokenStore.start({ status: 'withheld', now: SERVER_NOW, refreshFrom: SERVER_NOW + 1_000 })
    await page.advance(1_001)
    await page.idle()
    expect(page.methods()).toBe('POST')
  })

  test.each([
    ['unavailable', unavailable],
    ['still refreshing', plain('refreshing')],
    ['the due token again', due],
    ['an error page', new Response('<h1>', { status: 502 })],
    ['an invalid identity', Response.json({ status: 'available' })],
  ])('a POST that answers %s is not repeated before 30 s', async (_name, answer) => {
    const page = createBrowserStub()
    page.tokenStore.start(due)
    page.tokenStore.afterAuction()
    await page.idle()
    await page.request.answer(answer)
    for (let i = 0; i < 10; i++) {
      page.tokenStore.afterAuction()
      await page.idle()
      await page.advance(2_900)
    }
    expect(page.requests).toHaveLength(1)
    await page.advance(1_100)
    await page.idle()
    expect(page.requests).toHaveLength(2)
  })

  test('a server whose tokens are due at once is not called in a loop', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(plain('refreshing'))
    for (let second = 1; second <= 5; second++) {
      await page.request.answer(available('A', { refreshFrom: SERVER_NOW + 1 }))
      await page.advance(999)
      await page.idle()
      expect(page.requests).toHaveLength(second)
      await page.advance(2)
      await page.idle()
    }
  })

  test('a POST slightly too early by the server’s clock is repeated within seconds', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    // The answer takes time, so the page's due time is before the server's.
    await page.advance(40)
    await page.request.answer(available('A'))
    await page.advance(29_970)
    await page.idle()
    expect(page.methods()).toBe('GET POST')
    await page.advance(40)
    await page.request.answer(available('A', { now: SERVER_NOW + 29_990, refreshFrom: SERVER_NOW + 30_000 }))
    await page.advance(5_001)
    await page.idle()
    expect(page.methods()).toBe('GET POST POST')
  })

  test('waits grow after failures, and coming online ends the wait', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(unavailable)
    for (const wait of [30_000, 60_000, 120_000]) {
      await page.advance(wait - 1)
      await page.idle()
      const before = page.requests.length
      await page.advance(2)
      await page.idle()
      expect(page.requests).toHaveLength(before + 1)
      await page.request.answer(unavailable)
    }
    await page.online()
    expect(page.request.method).toBe('GET')
    await page.request.answer(plain('refreshing'))
    expect(page.request.method).toBe('POST')
  })

  test('a failed request keeps a valid token, and a denial', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.look()
    await page.request.answer(new TypeError('offline'))
    expect(page.tokenStore.currentToken()?.id).toBe('A')
    const other = createBrowserStub()
    other.tokenStore.start(plain('denied'))
    await other.look()
    await other.request.answer(new TypeError('offline'))
    expect(other.tokenStore.getSnapshot().status).toBe('denied')
  })

  test('a first read without an answer ends as unavailable', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    await page.advance(10_000)
    expect(page.tokenStore.getSnapshot()).toMatchObject({ status: 'unavailable', reason: 'operator' })
  })
})
