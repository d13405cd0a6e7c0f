import { expect, test } from 'vitest'
import { createSchedulerWithConsent } from '#lib/ads/consent/consent-sync.ts'
import type { TokenStoreEnvironment } from '#lib/ads/token-store/browser.ts'
import { available, createBrowserStub, SERVER_NOW } from './browser-stub.ts'

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
