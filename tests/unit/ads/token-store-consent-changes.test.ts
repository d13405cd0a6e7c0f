import { describe, expect, test } from 'vitest'
import { available, createBrowserStub, later, plain, recordEvents, unsupported } from './browser-stub.ts'

const grant = { tcf: 'CP-granted', gdprApplies: true }
const denial = { tcf: 'CP-denied', gdprApplies: true }

describe('a changed choice (K6)', () => {
  async function consenting() {
    const page = createBrowserStub()
    const events = recordEvents(page.tokenStore)
    page.tokenStore.start(available('A'))
    await page.consent(grant)
    await page.request.answer(available('A', { now: later() }))
    events.length = 0
    return { page, events }
  }

  test('removes the token before the server answers, and then the answer counts', async () => {
    const { page, events } = await consenting()
    await page.consent(denial)
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.tokenStore.getSnapshot().status).toBe('loading')
    expect(events).toEqual(['cleared loading'])
    expect(page.request.signals).toEqual(denial)
    await page.request.answer(unsupported('consent', later(2)))
    expect(page.tokenStore.getSnapshot()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    await page.consent(grant)
    await page.request.answer(available('B', { now: later(3) }))
    expect(page.tokenStore.currentToken()?.id).toBe('B')
    expect(events).toEqual(['cleared loading', 'cleared unsupported', 'available available'])
  })

  test.each(['GET', 'POST'])('is not undone by a late answer to an earlier %s', async (method) => {
    const { page } = await consenting()
    if (method === 'GET') await page.look()
    else {
      page.tokenStore.start(plain('refreshing', later(2)))
    }
    const before = page.request
    expect(before.method).toBe(method)
    await page.consent(denial)
    await before.answer(available('A', { now: later(9) }))
    expect(page.tokenStore.currentToken()).toBeNull()
    await page.request.answer(unsupported('consent', later(10)))
    expect(page.tokenStore.getSnapshot().status).toBe('unsupported')
  })

  test('is not undone by the answer to the first choice', async () => {
    const page = createBrowserStub()
    page.tokenStore.start(available('A'))
    await page.consent(grant)
    const first = page.request
    await page.consent(denial)
    await first.answer(available('A', { now: later() }))
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.request.signals).toEqual(denial)
  })

  test('is not undone by a rendered page, and wake-ups send no other request', async () => {
    const { page } = await consenting()
    await page.consent(denial)
    page.tokenStore.start(available('A', { now: later(60_000) }))
    await page.look()
    await page.online()
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.methods()).toBe('POST POST')
  })

  test('leaves no token while the server rejects it, and is sent again', async () => {
    const { page } = await consenting()
    await page.consent(denial)
    await page.request.answer(new Response(null, { status: 429 }))
    expect(page.tokenStore.getSnapshot().status).toBe('unavailable')
    page.tokenStore.start(available('A', { now: later(60_000) }))
    expect(page.tokenStore.currentToken()).toBeNull()
    expect([page.request.method, page.request.signals]).toEqual(['POST', denial])
    await page.request.answer(new TypeError('offline'))
    await page.look()
    expect([page.request.method, page.request.signals]).toEqual(['POST', denial])
    await page.request.answer(unsupported('consent', later(60_001)))
    await page.look()
    expect(page.request.method).toBe('GET')
  })

  test('during a pending sign-out is sent after its confirmation', async () => {
    const { page } = await consenting()
    const confirmed = page.tokenStore.clear('signed_out')
    await page.consent(denial)
    expect(page.methods()).toBe('POST')
    expect(page.tokenStore.getSnapshot().status).toBe('signed_out')
    confirmed()
    expect([page.request.method, page.request.signals]).toEqual(['POST', denial])
  })

  test('before the first answer is not overridden by it', async () => {
    const page = createBrowserStub()
    page.tokenStore.start()
    const first = page.request
    await page.consent(grant)
    await page.consent(denial)
    await first.answer(available('A'))
    expect(page.tokenStore.currentToken()).toBeNull()
    expect(page.request.signals).toEqual(denial)
  })
})
