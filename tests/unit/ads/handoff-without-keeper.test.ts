import { expect, test } from 'vitest'
import type { HandoffEnvironment } from '#lib/ads/handoff/environment.ts'
import { createKeeper } from '#lib/ads/handoff/keeper.ts'
import { available, createBrowserStub, SERVER_NOW } from './browser-stub.ts'

test('U1: without its keeper a token ends all the same, and then the keeper is tried for again', async () => {
  let reachable = false
  const loadKeeper: HandoffEnvironment['loadKeeper'] = (loaded) => {
    if (reachable) loaded(createKeeper)
  }
  const page = createBrowserStub({ loadKeeper })
  page.handoff.start(available('A'))
  reachable = true
  await page.advance(60_001)
  expect(page.handoff.currentToken()).toBeNull()
  expect(page.methods()).toBe('POST')
  await page.request.answer(available('B', { now: SERVER_NOW + 60_001 }))
  expect(page.handoff.currentToken()?.id).toBe('B')
  page.handoff.stop()
})

test('U1: a keeper that never comes costs the token at its end, and no storm of requests', async () => {
  const page = createBrowserStub({ loadKeeper: () => {} })
  page.handoff.start(available('A'))
  await page.advance(3_600_000)
  expect(page.handoff.currentToken()).toBeNull()
  expect(page.requests.length).toBeLessThan(2)
  page.handoff.stop()
})
