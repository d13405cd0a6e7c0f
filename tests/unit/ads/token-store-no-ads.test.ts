import { describe, expect, test } from 'vitest'
import { available, createBrowserStub, recordEvents, SERVER_NOW } from './browser-stub.ts'

describe('a page without ads (S12)', () => {
  const noAds = { status: 'unsupported', reason: 'page' }

  test('has no token, and subscribers have none any more when listeners get the event', () => {
    const page = createBrowserStub()
    const order: string[] = []
    page.tokenStore.start(available('A'))
    page.tokenStore.subscribe(() => order.push(`subscriber ${page.tokenStore.currentToken()?.id ?? 'none'}`))
    page.tokenStore.on('cleared', ({ status }) => order.push(`cleared ${status}`))
    page.tokenStore.disableAds()
    page.tokenStore.disableAds()
    expect(page.tokenStore.getSnapshot()).toMatchObject(noAds)
    expect(order).toEqual(['subscriber none', 'cleared unsupported', 'subscriber none'])
  })

  test('as the first page of a visit requests nothing, sends no event and delays no auction', async () => {
    const page = createBrowserStub()
    const events = recordEvents(page.tokenStore, ['cleared'])
    page.tokenStore.disableAds()
    await page.tokenStore.settled()
    expect(page.tokenStore.isStarted()).toBe(true)
    expect(page.requests).toHaveLength(0)
    expect(events).toEqual([])
  })

  test('ends the wait of an auction for a pending request', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    const settled = page.tokenStore.settled()
    page.tokenStore.disableAds()
    await expect(settled).resolves.toBeUndefined()
  })

  test('requests nothing at any wake-up', async () => {
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

  test.each(['a GET', 'a confirmation'])('is not changed by %s from before', async (what) => {
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

  test('is followed by a page that reads again, also one rendered before', async () => {
    const page = createBrowserStub()
    const events = recordEvents(page.tokenStore, ['available'])
    page.tokenStore.start(available('A'))
    page.tokenStore.disableAds()
    page.tokenStore.start(available('A'))
    expect(page.tokenStore.getSnapshot().status).toBe('loading')
    expect(page.methods()).toBe('GET')
    await page.request.answer(available('A', { now: SERVER_NOW + 1 }))
    expect(page.tokenStore.currentToken()?.id).toBe('A')
    expect(events).toEqual(['available available', 'available available'])
  })

  test('sends withdrawn consent to the server, and does not use the answer (K6)', async () => {
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
