import { describe, expect, test, vi } from 'vitest'
import { available, createBrowserStub, plain, SERVER_NOW, settle } from './browser-stub.ts'

describe('waking up', () => {
  test('a tab that is looked at again re-reads (U1, N23)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.hide()
    expect(page.requests).toHaveLength(0)
    await page.look()
    expect(page.methods()).toBe('GET')
    await page.request.answer(plain('signed_out'))
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('a hidden tab drops an expired token but asks for none until it is seen', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.hide()
    await page.advance(61_000)
    expect(page.tokenStore.getSnapshot().status).toBe('refreshing')
    expect(page.requests).toHaveLength(0)
    await page.look()
    expect(page.methods()).toBe('POST')
  })

  test('a page from the back/forward cache has no token before the server has answered (S1)', async () => {
    const page = createBrowserStub()
    const events: string[] = []
    page.tokenStore.start(available('A'))
    page.tokenStore.on('cleared', () => events.push('cleared'))
    await page.restore()
    expect(page.tokenStore.currentToken()).toBeNull()
    await page.request.answer(available('A'))
    expect(page.tokenStore.currentToken()?.id).toBe('A')
    expect(events).toEqual([])
  })

  test('another token after a restore may be another reader: it clears first (S1)', async () => {
    const page = createBrowserStub()
    const events: string[] = []
    page.tokenStore.start(available('A'))
    for (const event of ['cleared', 'refreshed'] as const) page.tokenStore.on(event, () => events.push(event))
    await page.restore()
    await page.request.answer(available('B'))
    expect(events).toEqual(['cleared'])
    expect(page.tokenStore.currentToken()?.id).toBe('B')
  })
})

describe('clearing', () => {
  test('a late answer never brings the token back (S1)', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    const { request } = page
    page.tokenStore.clear('signed_out')
    await request.answer(available('A'))
    expect(page.tokenStore.getSnapshot().status).toBe('signed_out')
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('nothing is asked while the act is still on its way to the server (S1)', async () => {
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

  test('a link that is clicked meanwhile does not ask either; the confirmation does (S1)', async () => {
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

  test('an act that never confirms is asked about after a while, and later once more if it does', async () => {
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

  test('the page after the act is believed before the confirmation when it has no token', () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    page.tokenStore.clear('denied')
    page.tokenStore.start(plain('signed_out', SERVER_NOW + 1_000))
    expect(page.tokenStore.getSnapshot().status).toBe('signed_out')
    expect(page.requests).toHaveLength(0)
  })

  test('a page rendered before the clear is not believed after it', async () => {
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
  ])('nor before the server has answered to it, when the clear came %s (S1)', async (_name, identity) => {
    const page = createBrowserStub()
    page.tokenStore.start(identity)
    page.sleep(10_000)
    page.tokenStore.clear('denied')()
    page.tokenStore.start(available('B', { now: SERVER_NOW + 9_000 }))
    expect(page.tokenStore.currentToken()).toBeNull()
    await page.request.answer(plain('denied', SERVER_NOW + 10_000))
    expect(page.tokenStore.getSnapshot().status).toBe('denied')
  })

  test('nor after a second clear, when neither has been answered (S1)', () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    page.sleep(10_000)
    page.tokenStore.clear('denied')()
    page.tokenStore.clear('denied')()
    page.tokenStore.start(available('B', { now: SERVER_NOW + 9_000 }))
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('an older request never overrides what a newer page says', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    const { request } = page
    page.tokenStore.start(plain('denied', SERVER_NOW + 5))
    await request.answer(available('A'))
    expect(page.tokenStore.getSnapshot().status).toBe('denied')
  })
})

describe('events', () => {
  test('a late listener is told what still holds, and only that (K5)', async () => {
    const page = createBrowserStub()
    const heard: string[] = []
    const listen = () => {
      for (const event of ['available', 'refreshed', 'withheld', 'expired', 'cleared'] as const) {
        page.tokenStore.on(event, (state) => heard.push(`${event} ${state.status}`))()
      }
      return heard.splice(0)
    }
    expect(listen()).toEqual([])
    page.tokenStore.start(available('A'))
    expect(listen()).toEqual(['available available'])
    await page.look()
    await page.request.answer(available('B', { now: SERVER_NOW + 1 }))
    expect(listen()).toEqual(['available available', 'refreshed available'])
    page.tokenStore.clear('opted_out')
    expect(listen()).toEqual(['cleared opted_out'])
  })

  test('channels have dropped the token before anybody hears that it is gone', () => {
    const page = createBrowserStub()
    const order: string[] = []
    page.tokenStore.start(available('A'))
    page.tokenStore.subscribe(() => order.push(`channel ${page.tokenStore.currentToken()?.id ?? 'none'}`))
    page.tokenStore.on('cleared', () => order.push('cleared'))
    page.tokenStore.clear('signed_out')
    expect(order).toEqual(['channel none', 'cleared'])
  })
  test('a listener that fails is reported, and keeps neither channels nor timers from their work (U1, S1)', async () => {
    // A browser reports what a listener throws; Node's EventTarget makes it an uncaught exception.
    const reported = vi.fn()
    const ofVitest = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException').on('uncaughtException', reported)
    const page = createBrowserStub()
    const heard: string[] = []
    const fail = () => {
      throw new Error('of a script of the page')
    }
    for (const event of ['available', 'expired', 'cleared'] as const) {
      page.tokenStore.on(event, fail)
      page.tokenStore.on(event, () => heard.push(event))
    }
    page.tokenStore.subscribe(fail)
    page.tokenStore.subscribe(() => heard.push(`channel ${page.tokenStore.currentToken()?.id ?? 'none'}`))
    page.tokenStore.start(available('A'))
    await page.advance(60_001)
    page.tokenStore.clear('signed_out')
    expect(heard).toEqual(['channel A', 'available', 'channel none', 'expired', 'channel none', 'cleared'])
    await settle()
    process.off('uncaughtException', reported)
    for (const listener of ofVitest) process.on('uncaughtException', listener)
    expect(reported).toHaveBeenCalledTimes(6)
  })
})
