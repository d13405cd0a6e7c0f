import { expect, test } from 'vitest'
import { createSchedulerWithConsent } from '#lib/ads/consent/consent-sync.ts'
import type { TokenStoreEnvironment } from '#lib/ads/token-store/browser.ts'
import { available, clientToken, createBrowserStub, plain, SERVER_NOW } from './browser-stub.ts'

test('a token expires without its scheduler, which is then loaded again (U1)', async () => {
  let reachable = false
  const loadScheduler: TokenStoreEnvironment['loadScheduler'] = (loaded) => {
    if (reachable) loaded(createSchedulerWithConsent)
  }
  const page = createBrowserStub({ loadScheduler })
  page.tokenStore.start(available('A'))
  reachable = true
  await page.advance(60_001)
  expect(page.tokenStore.currentToken()).toBeNull()
  expect(page.methods()).toBe('POST')
  await page.request.answer(available('B', { now: SERVER_NOW + 60_001 }))
  expect(page.tokenStore.currentToken()?.id).toBe('B')
})

test('a scheduler that never loads costs the token at its expiry, and causes no requests (U1)', async () => {
  const page = createBrowserStub({ loadScheduler: () => {} })
  page.tokenStore.start(available('A'))
  await page.advance(3_600_000)
  expect(page.tokenStore.currentToken()).toBeNull()
  expect(page.requests).toHaveLength(0)
})

test('after an opt-out in the browser no token comes back, and no ad waits, while the server cannot be told (S1)', async () => {
  const page = createBrowserStub({ loadScheduler: () => {} })
  page.tokenStore.start(clientToken('A'))
  page.tokenStore.recheck()
  await page.tokenStore.settled()
  page.tokenStore.start(clientToken('A', { now: SERVER_NOW + 1_000 }))
  await page.advance(10_000)
  expect([page.tokenStore.currentToken(), page.requests.length]).toEqual([null, 0])
})

test('after an opt-out in the browser neither a pending request nor another tab ends the wait (S1)', async () => {
  const channels: Array<{ onmessage: ((event: MessageEvent) => void) | null }> = []
  class Channel {
    onmessage: ((event: MessageEvent) => void) | null = null
    postMessage() {}
    constructor() {
      channels.push(this)
    }
  }
  const page = createBrowserStub({ BroadcastChannel: Channel, loadScheduler: () => {} })
  page.tokenStore.start(clientToken('A'))
  page.tokenStore.start()
  page.tokenStore.recheck()
  await page.request.answer(clientToken('A', { now: SERVER_NOW + 1 }))
  channels[0]?.onmessage?.(new MessageEvent('message', { data: { type: 'changed' } }))
  expect(page.tokenStore.currentToken()).toBeNull()
  expect(page.methods()).toBe('GET')
})

test('an opt-out in the browser is told to the server once the scheduler is there (S1)', async () => {
  const loads: Array<Parameters<TokenStoreEnvironment['loadScheduler']>[0]> = []
  const page = createBrowserStub({ loadScheduler: (loaded) => void loads.push(loaded) })
  page.tokenStore.start(clientToken('A'))
  page.tokenStore.recheck()
  for (const loaded of loads.splice(0)) loaded(createSchedulerWithConsent)
  expect(page.request.body).toEqual({ recheck: true })
  await page.request.answer(plain('opted_out', SERVER_NOW + 1))
  expect(page.tokenStore.getSnapshot().status).toBe('opted_out')
})

test('a sign-out that comes before the scheduler is not ended by it (S1)', () => {
  const loads: Array<Parameters<TokenStoreEnvironment['loadScheduler']>[0]> = []
  const page = createBrowserStub({ loadScheduler: (loaded) => void loads.push(loaded) })
  page.tokenStore.start(clientToken('A'))
  page.tokenStore.recheck()
  page.tokenStore.clear('signed_out')
  for (const loaded of loads.splice(0)) loaded(createSchedulerWithConsent)
  expect(page.requests).toHaveLength(0)
})

test('a fetch that throws counts as a failed request, and the next one is made', async () => {
  const page = createBrowserStub()
  const { fetch } = page.window
  page.window.fetch = () => {
    throw new Error('a script replaced fetch')
  }
  page.tokenStore.start()
  await page.tokenStore.settled()
  expect(page.tokenStore.getSnapshot().status).toBe('unavailable')
  page.window.fetch = fetch
  page.tokenStore.start()
  await page.request.answer(available('A'))
  expect(page.tokenStore.currentToken()?.id).toBe('A')
})
