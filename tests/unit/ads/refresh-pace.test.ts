import { describe, expect, test } from 'vitest'
import { available, createBrowserStub, plain, SERVER_NOW, unavailable } from './browser-stub.ts'

const due = available('A', { refreshFrom: SERVER_NOW })

describe('retries', () => {
  test('are not delayed by a read that fails in between', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(unavailable)
    await page.advance(20_000)
    await page.look()
    await page.request.answer(unavailable)
    expect(page.methods()).toBe('GET')
    await page.advance(10_001)
    await page.idle()
    expect(page.methods()).toBe('GET POST')
  })

  test('are not brought forward by a read that finds no token', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(plain('refreshing'))
    await page.request.answer(new TypeError('offline'))
    await page.look()
    await page.request.answer(plain('refreshing', SERVER_NOW + 1))
    expect(page.methods()).toBe('POST GET')
    await page.advance(30_001)
    expect(page.methods()).toBe('POST GET POST')
  })

  test('begin at 30 s again after a success', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(unavailable)
    for (const answer of [unavailable, available('A')]) {
      await page.advance(60_001)
      await page.idle()
      await page.request.answer(answer)
    }
    await page.advance(2_000)
    await page.look()
    await page.request.answer({ ...unavailable, now: SERVER_NOW + 1 })
    expect(page.methods()).toBe('POST POST GET')
    await page.advance(30_001)
    await page.idle()
    expect(page.methods()).toBe('POST POST GET POST')
  })

  test('slow down after reads that fail, too', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A', { identityExpires: SERVER_NOW + 600_000 }))
    for (let failures = 0; failures < 2; failures++) {
      await page.look()
      await page.request.answer(new TypeError('offline'))
    }
    await page.advance(59_000)
    await page.idle()
    expect(page.methods()).toBe('GET GET')
    await page.advance(1_001)
    await page.idle()
    expect(page.methods()).toBe('GET GET POST')
  })
})

describe('an idle moment', () => {
  test('is requested once for several auctions', () => {
    const page = createBrowserStub()
    page.tokenStore.start(due)
    page.tokenStore.afterAuction()
    page.tokenStore.afterAuction()
    expect(page.idleCount()).toBe(1)
  })

  test('posts nothing when the token was refreshed before it came', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(due)
    page.tokenStore.afterAuction()
    page.tokenStore.start(available('B', { now: SERVER_NOW + 1 }))
    await page.idle()
    expect(page.requests).toHaveLength(0)
  })
})
