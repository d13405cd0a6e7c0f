import { describe, expect, test, vi } from 'vitest'
import { available, createBrowserStub, plain, recordEvents, SERVER_NOW, settle } from './browser-stub.ts'

describe('waking up', () => {
  test('a tab that becomes visible reads again (U1, N23)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.hide()
    expect(page.requests).toHaveLength(0)
    await page.look()
    expect(page.methods()).toBe('GET')
    await page.request.answer(plain('signed_out'))
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('a hidden tab drops an expired token, and requests one only when visible', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.hide()
    await page.advance(61_000)
    expect(page.tokenStore.getSnapshot().status).toBe('refreshing')
    expect(page.requests).toHaveLength(0)
    await page.look()
    expect(page.methods()).toBe('POST')
  })

  test('a page from the back/forward cache has no token before the server answers (S1)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    const events = recordEvents(page.tokenStore, ['cleared'])
    await page.restore()
    expect(page.tokenStore.currentToken()).toBeNull()
    await page.request.answer(available('A'))
    expect(page.tokenStore.currentToken()?.id).toBe('A')
    expect(events).toEqual([])
  })

  test('another token after a restore may be another reader’s: the old one is cleared first (S1)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    const events = recordEvents(page.tokenStore, ['cleared', 'refreshed'])
    await page.restore()
    await page.request.answer(available('B'))
    expect(events).toEqual(['cleared available'])
    expect(page.tokenStore.currentToken()?.id).toBe('B')
  })

  test('once a restored page has its token again, the next one is a refresh', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    const events = recordEvents(page.tokenStore, ['cleared', 'refreshed'])
    await page.restore()
    await page.request.answer(available('A', { now: SERVER_NOW + 1 }))
    page.tokenStore.start(available('B', { now: SERVER_NOW + 2 }))
    expect(events).toEqual(['refreshed available'])
  })

  test('a page that is shown for the first time is no restored one', () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    page.window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
    expect(page.tokenStore.currentToken()?.id).toBe('A')
    expect(page.requests).toHaveLength(0)
  })

  test('a read that fails after the token has expired leaves the page unavailable', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.look()
    const events = recordEvents(page.tokenStore, ['expired', 'cleared'])
    page.sleep(61_000)
    await page.request.answer(new TypeError('offline'))
    expect(events).toEqual(['expired refreshing', 'cleared unavailable'])
  })
})

describe('clearing', () => {
  test('a late answer never restores the token (S1)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    const { request } = page
    page.tokenStore.clear('signed_out')
    await request.answer(available('A'))
    expect(page.tokenStore.getSnapshot().status).toBe('signed_out')
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('nothing is requested while a sign-out or choice is pending (S1)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A', { refreshFrom: SERVER_NOW }))
    page.tokenStore.afterAuction()
    page.tokenStore.clear('denied')
    await page.idle()
    await page.look()
    await page.online()
    await page.advance(2_999)
    expect(page.requests).toHaveLength(0)
  })

  test('a navigation meanwhile causes no read, the confirmation does (S1)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    const confirmed = page.tokenStore.clear('denied')
    page.tokenStore.start()
    page.tokenStore.start(available('A', { now: SERVER_NOW + 1_000 }))
    page.tokenStore.start(available('A', { now: SERVER_NOW - 1_000 }))
    expect(page.requests).toHaveLength(0)
    expect(page.tokenStore.currentToken()).toBeNull()
    confirmed()
    expect(page.methods()).toBe('GET')
    await page.request.answer(plain('denied', SERVER_NOW + 2_000))
    expect(page.tokenStore.getSnapshot().status).toBe('denied')
  })

  test('an unconfirmed choice causes a read after a while, and a late confirmation another one', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    const confirmed = page.tokenStore.clear('denied')
    await page.advance(3_000)
    expect(page.methods()).toBe('GET')
    await page.request.answer(available('A', { now: SERVER_NOW + 3_000 }))
    expect(page.tokenStore.currentToken()?.id).toBe('A')
    confirmed()
    expect(page.methods()).toBe('GET GET')
    await page.request.answer(plain('denied', SERVER_NOW + 4_000))
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('the page after a choice counts before the confirmation if it has no token', () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    page.tokenStore.clear('denied')
    page.tokenStore.start(plain('signed_out', SERVER_NOW + 1_000))
    expect(page.tokenStore.getSnapshot().status).toBe('signed_out')
    expect(page.requests).toHaveLength(0)
  })

  test('a page rendered before the clear does not count after it', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    page.sleep(10_000)
    page.tokenStore.clear('denied')()
    await page.request.answer(plain('denied', SERVER_NOW + 10_000))
    page.tokenStore.start(available('A', { now: SERVER_NOW + 9_000 }))
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.methods()).toBe('GET GET')
  })

  test.each([
    ['after an answer', available('A')],
    ['before any', undefined],
  ])(
    'a page rendered before a clear %s does not count before the server answers (S1)',
    async (_name, identity) => {
      const page = createBrowserStub()
      page.tokenStore.start(identity)
      page.sleep(10_000)
      page.tokenStore.clear('denied')()
      page.tokenStore.start(available('B', { now: SERVER_NOW + 9_000 }))
      expect(page.tokenStore.currentToken()).toBeNull()
      await page.request.answer(plain('denied', SERVER_NOW + 10_000))
      expect(page.tokenStore.getSnapshot().status).toBe('denied')
    },
  )

  test('a page rendered before two unanswered clears does not count (S1)', () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    page.sleep(10_000)
    page.tokenStore.clear('denied')()
    page.tokenStore.clear('denied')()
    page.tokenStore.start(available('B', { now: SERVER_NOW + 9_000 }))
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('an older request never overrides a newer page', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    const { request } = page
    page.tokenStore.start(plain('denied', SERVER_NOW + 5))
    await request.answer(available('A'))
    expect(page.tokenStore.getSnapshot().status).toBe('denied')
  })
})

describe('events', () => {
  test('a late listener gets the current events, and only those (K5)', async () => {
    const page = createBrowserStub()
    const listen = () => recordEvents(page.tokenStore).splice(0)
    expect(listen()).toEqual([])
    page.tokenStore.start(available('A'))
    expect(listen()).toEqual(['available available'])
    await page.look()
    await page.request.answer(available('B', { now: SERVER_NOW + 1 }))
    expect(listen()).toEqual(['available available', 'refreshed available'])
    page.tokenStore.clear('opted_out')
    expect(listen()).toEqual(['cleared opted_out'])
  })

  test('a listener that a listener adds gets the same event, once (K5)', () => {
    const page = createBrowserStub()
    const listener = vi.fn()
    page.tokenStore.on('available', () => page.tokenStore.on('available', listener))
    page.tokenStore.start(available('A'))
    expect(listener).toHaveBeenCalledTimes(1)
  })

  test('a listener that unsubscribed gets no event', () => {
    const page = createBrowserStub()
    const listener = vi.fn()
    page.tokenStore.on('available', listener)()
    page.tokenStore.start(available('A'))
    expect(listener).not.toHaveBeenCalled()
  })

  test('subscribers have no token any more when listeners get the event', () => {
    const page = createBrowserStub()
    const order: string[] = []
    page.tokenStore.start(available('A'))
    page.tokenStore.subscribe(() => order.push(`subscriber ${page.tokenStore.currentToken()?.id ?? 'none'}`))
    page.tokenStore.on('cleared', () => order.push('cleared'))
    page.tokenStore.clear('signed_out')
    expect(order).toEqual(['subscriber none', 'cleared'])
  })
  test('a failing listener is reported, and stops neither subscribers nor timers (U1, S1)', async () => {
    // A browser reports errors of listeners; Node's EventTarget makes them uncaught exceptions.
    const reported = vi.fn()
    const ofVitest = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException').on('uncaughtException', reported)
    const page = createBrowserStub()
    const order: string[] = []
    const fail = () => {
      throw new Error('of a script of the page')
    }
    for (const event of ['available', 'expired', 'cleared'] as const) {
      page.tokenStore.on(event, fail)
      page.tokenStore.on(event, () => order.push(event))
    }
    page.tokenStore.subscribe(fail)
    page.tokenStore.subscribe(() => order.push(`subscriber ${page.tokenStore.currentToken()?.id ?? 'none'}`))
    page.tokenStore.start(available('A'))
    await page.advance(60_001)
    page.tokenStore.clear('signed_out')
    expect(order).toEqual([
      'subscriber A',
      'available',
      'subscriber none',
      'expired',
      'subscriber none',
      'cleared',
    ])
    await settle()
    process.off('uncaughtException', reported)
    for (const listener of ofVitest) process.on('uncaughtException', listener)
    expect(reported).toHaveBeenCalledTimes(6)
  })
})
