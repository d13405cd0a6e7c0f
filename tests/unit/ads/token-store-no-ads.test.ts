import { describe, expect, test } from 'vitest'
import { available, createBrowserStub, plain, SERVER_NOW } from './browser-stub.ts'

describe('S12: a page without ads', () => {
  const noAds = { status: 'unsupported', reason: 'page' }

  test('S12: has no token, and channels have dropped it before anybody hears so', () => {
    const page = createBrowserStub()
    const order: string[] = []
    page.tokenStore.start(available('A'))
    page.tokenStore.subscribe(() => order.push(`channel ${page.tokenStore.currentToken()?.id ?? 'none'}`))
    page.tokenStore.on('cleared', ({ status }) => order.push(`cleared ${status}`))
    page.tokenStore.disableAds()
    page.tokenStore.disableAds()
    expect(page.tokenStore.getSnapshot()).toMatchObject(noAds)
    expect(order).toEqual(['channel none', 'cleared unsupported', 'channel none'])
  })

  test('S12: as the first of a visit asks nothing, hears no loss and holds up no auction', async () => {
    const page = createBrowserStub()
    const heard: string[] = []
    page.tokenStore.on('cleared', ({ status }) => heard.push(status))
    page.tokenStore.disableAds()
    await page.tokenStore.settled()
    expect(page.tokenStore.started).toBe(true)
    expect(page.requests).toHaveLength(0)
    expect(heard).toEqual([])
  })

  test('S12: asks for nothing, whatever wakes it', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    page.tokenStore.disableAds()
    page.tokenStore.afterAuction()
    await page.idle()
    await page.look()
    await page.online()
    await page.restore()
    await page.consent({ gdprApplies: false })
    await page.advance(120_000)
    expect(page.requests).toHaveLength(0)
    expect(page.tokenStore.getSnapshot()).toMatchObject(noAds)
  })

  test.each(['a GET', 'a confirmation'])('S12: %s from before changes nothing', async (what) => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    if (what === 'a GET') {
      await page.look()
      const { request } = page
      page.tokenStore.disableAds()
      await request.answer(available('A', { now: SERVER_NOW + 9 }))
    } else {
      const confirmed = page.tokenStore.clear('denied')
      page.tokenStore.disableAds()
      confirmed()
      await page.advance(3_001)
      expect(page.requests).toHaveLength(0)
    }
    expect(page.tokenStore.getSnapshot()).toMatchObject(noAds)
    expect(page.tokenStore.currentToken()).toBeNull()
  })

  test('S12: the page after it reads afresh, also one that was rendered before', async () => {
    const page = createBrowserStub()
    const heard: string[] = []
    page.tokenStore.on('available', () => heard.push('available'))
    page.tokenStore.start(available('A'))
    page.tokenStore.disableAds()
    page.tokenStore.start(available('A'))
    expect(page.tokenStore.getSnapshot().status).toBe('loading')
    expect(page.methods()).toBe('GET')
    await page.request.answer(available('A', { now: SERVER_NOW + 1 }))
    expect(page.tokenStore.currentToken()?.id).toBe('A')
    expect(heard).toEqual(['available', 'available'])
  })

  test('S12, S1: an ordinary page from the back/forward cache reads afresh after one', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.restore()
    expect(page.methods()).toBe('GET')
    await page.request.answer(plain('signed_out', SERVER_NOW + 1))
    expect(page.tokenStore.getSnapshot().status).toBe('signed_out')
  })

  test('K6, S12: a consent withdrawn there is told all the same, and its answer is not used', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.consent({ gdprApplies: false })
    await page.request.answer(available('A', { now: SERVER_NOW + 1 }))
    page.tokenStore.disableAds()
    await page.consent({ gdprApplies: true })
    expect(page.request.signals).toEqual({ gdprApplies: true })
    await page.request.answer(available('A', { now: SERVER_NOW + 2 }))
    expect(page.tokenStore.getSnapshot()).toMatchObject(noAds)
    page.tokenStore.start()
    expect(page.methods()).toBe('POST POST GET')
  })
})
