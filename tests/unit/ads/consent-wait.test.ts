import { expect, test, vi } from 'vitest'
import { createConsentWait } from '#lib/ads/consent/consent-wait.ts'
import { available, createBrowserStub, plain, refused, settle } from './browser-stub.ts'

/** A page of which one script asks whether the token may go out. */
function createPage(over: Parameters<typeof createBrowserStub>[0] = {}) {
  const page = createBrowserStub(over)
  const wait = createConsentWait({
    window: page.window,
    tokenStore: page.tokenStore,
    timeoutMs: 1_000,
    setTimeout: page.env.setTimeout,
  })
  return {
    page,
    /** What it has been answered; `waiting` while it has not. */
    async ask() {
      let answer: boolean | 'waiting' = 'waiting'
      void wait().then((allowed) => {
        answer = allowed
      })
      await settle()
      return () => answer
    },
  }
}

const noGdpr = { gdprApplies: false }
const gdpr = { gdprApplies: true, tcf: 'CPx' }

test('G11: the first auction waits until the platform has spoken, and the server has answered to it', async () => {
  const { page, ask } = createPage()
  page.tokenStore.start(available('A'))
  const answer = await ask()
  expect(answer()).toBe('waiting')
  await page.consent(gdpr)
  expect(answer()).toBe('waiting')
  await page.request.answer(refused('gdpr'))
  expect(answer()).toBe(true)
  // It may be asked: there is no token any more.
  expect(page.tokenStore.currentToken()).toBeNull()
})

test('G11: what is said before the first auction keeps no later one waiting', async () => {
  const { page, ask } = createPage()
  page.tokenStore.start(available('A'))
  await page.consent(noGdpr)
  await page.request.answer(available('A'))
  expect((await ask())()).toBe(true)
  expect(page.tokenStore.currentToken()).toMatchObject({ id: 'A' })
})

test('G11: a platform of the TCF that is silent lets its time pass once, and no token out, until it speaks', async () => {
  const { page, ask } = createPage()
  page.tokenStore.start(available('A'))
  const answer = await ask()
  await page.advance(999)
  expect(answer()).toBe('waiting')
  await page.advance(1)
  expect(answer()).toBe(false)
  expect((await ask())()).toBe(false)
  await page.consent(noGdpr)
  await page.request.answer(available('A'))
  expect((await ask())()).toBe(true)
})

test('G11: what the server has not heard lets no token out', async () => {
  const { page, ask } = createPage()
  page.tokenStore.start(available('A'))
  const answer = await ask()
  await page.consent(noGdpr)
  await page.request.answer(new Error('offline'))
  await page.advance(1_000)
  expect(answer()).toBe(false)
})

test('G11: what the server could not keep lets no token out', async () => {
  const { page, ask } = createPage()
  page.tokenStore.start(available('A'))
  const answer = await ask()
  await page.consent(noGdpr)
  await page.request.answer({ ...plain('refreshing'), status: 'unavailable', reason: 'store' } as never)
  await page.advance(1_000)
  expect(answer()).toBe(false)
})

test('G11: where the reader has no token, what the platform says changes nothing', async () => {
  const { page, ask } = createPage()
  page.tokenStore.start(plain('signed_out'))
  const answer = await ask()
  await page.consent(gdpr)
  expect(answer()).toBe(true)
  expect(page.requests).toEqual([])
})

test('G11: without a platform nothing waits; one of GPP alone may be silent', async () => {
  const none = createPage({ __tcfapi: undefined })
  none.page.tokenStore.start(available('A'))
  expect((await none.ask())()).toBe(true)

  const gpp = createPage({ __tcfapi: undefined })
  Object.assign(gpp.page.window, { __gpp: () => {} })
  gpp.page.tokenStore.start(available('A'))
  const answer = await gpp.ask()
  expect(answer()).toBe('waiting')
  await gpp.page.advance(1_000)
  expect(answer()).toBe(true)
})

test('G11: a platform that answers at once is heard once', async () => {
  const api = vi.fn((_command: string, _version: 2, callback: (data: object, success: boolean) => void) =>
    callback({ eventStatus: 'tcloaded', gdprApplies: false }, true),
  )
  const { page } = createPage({ __tcfapi: api })
  const cleared = vi.fn()
  page.tokenStore.start(available('A'))
  page.tokenStore.on('cleared', cleared)
  await page.request.answer(available('A'))
  expect(api).toHaveBeenCalledTimes(1)
  expect(cleared).not.toHaveBeenCalled()
  expect(page.tokenStore.currentToken()).toMatchObject({ id: 'A' })
})

test('G11: a platform that comes after the page has begun is heard all the same', async () => {
  const { page, ask } = createPage({ __tcfapi: undefined })
  page.tokenStore.start(available('A'))
  Object.assign(page.window, {
    __tcfapi: (_command: string, _version: 2, callback: (data: object, success: boolean) => void) =>
      callback({ eventStatus: 'tcloaded', gdprApplies: true, tcString: 'CPx' }, true),
  })
  const answer = await ask()
  await page.request.answer(refused('gdpr'))
  expect(answer()).toBe(true)
  expect(page.tokenStore.currentToken()).toBeNull()
})
