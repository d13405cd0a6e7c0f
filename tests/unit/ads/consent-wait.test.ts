import { expect, test, vi } from 'vitest'
import { createConsentWait } from '#lib/ads/consent/consent-wait.ts'
import { available, createBrowserStub, plain, settle, unsupported } from './browser-stub.ts'

/** A page with one script that waits for consent. */
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
    /** Its result, or `waiting`. */
    async startWait() {
      let result: boolean | 'waiting' = 'waiting'
      void wait().then((allowed) => {
        result = allowed
      })
      await settle()
      return () => result
    },
  }
}

const noGdpr = { gdprApplies: false }
const gdpr = { gdprApplies: true, tcf: 'CPx' }

test('the first auction waits for the consent platform and the server’s answer to it (G11)', async () => {
  const { page, startWait } = createPage()
  page.tokenStore.start(available('A'))
  const result = await startWait()
  expect(result()).toBe('waiting')
  await page.consent(gdpr)
  expect(result()).toBe('waiting')
  await page.request.answer(unsupported('gdpr'))
  expect(result()).toBe(true)
  // The auction may run: there is no token.
  expect(page.tokenStore.currentToken()).toBeNull()
})

test('a later auction does not wait for signals that came before the first (G11)', async () => {
  const { page, startWait } = createPage()
  page.tokenStore.start(available('A'))
  await page.consent(noGdpr)
  await page.request.answer(available('A'))
  expect((await startWait())()).toBe(true)
  expect(page.tokenStore.currentToken()).toMatchObject({ id: 'A' })
})

test('a silent TCF platform delays the first auction once, and withholds the token until it answers (G11)', async () => {
  const { page, startWait } = createPage()
  page.tokenStore.start(available('A'))
  const result = await startWait()
  await page.advance(999)
  expect(result()).toBe('waiting')
  await page.advance(1)
  expect(result()).toBe(false)
  expect((await startWait())()).toBe(false)
  await page.consent(noGdpr)
  await page.request.answer(available('A'))
  expect((await startWait())()).toBe(true)
})

test('signals that did not reach the server withhold the token (G11)', async () => {
  const { page, startWait } = createPage()
  page.tokenStore.start(available('A'))
  const result = await startWait()
  await page.consent(noGdpr)
  await page.request.answer(new Error('offline'))
  await page.advance(1_000)
  expect(result()).toBe(false)
})

test('signals that the server could not store withhold the token (G11)', async () => {
  const { page, startWait } = createPage()
  page.tokenStore.start(available('A'))
  const result = await startWait()
  await page.consent(noGdpr)
  await page.request.answer({ ...plain('refreshing'), status: 'unavailable', reason: 'store' } as never)
  await page.advance(1_000)
  expect(result()).toBe(false)
})

test('signals have no effect for a reader without a token (G11)', async () => {
  const { page, startWait } = createPage()
  page.tokenStore.start(plain('signed_out'))
  const result = await startWait()
  await page.consent(gdpr)
  expect(result()).toBe(true)
  expect(page.requests).toEqual([])
})

test('no auction waits without a platform, and a GPP platform may stay silent (G11)', async () => {
  const none = createPage({ __tcfapi: undefined })
  none.page.tokenStore.start(available('A'))
  expect((await none.startWait())()).toBe(true)

  const gpp = createPage({ __tcfapi: undefined })
  Object.assign(gpp.page.window, { __gpp: () => {} })
  gpp.page.tokenStore.start(available('A'))
  const result = await gpp.startWait()
  expect(result()).toBe('waiting')
  await gpp.page.advance(1_000)
  expect(result()).toBe(true)
})

test('signals of a GPP platform that did not reach the server withhold the token (G11)', async () => {
  const { page, startWait } = createPage({ __tcfapi: undefined })
  const __gpp = (_command: string, callback: (event: object, success: boolean) => void) =>
    callback({ pingData: { signalStatus: 'ready', gppString: 'DBAA' } }, true)
  Object.assign(page.window, { __gpp })
  page.tokenStore.start(available('A'))
  const result = await startWait()
  await page.request.answer(new Error('offline'))
  await page.advance(1_000)
  expect(result()).toBe(false)
})

test('a platform that answers at once is called once, and clears nothing (G11)', async () => {
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

test('a platform that loads after the page started is used as well (G11)', async () => {
  const { page, startWait } = createPage({ __tcfapi: undefined })
  page.tokenStore.start(available('A'))
  Object.assign(page.window, {
    __tcfapi: (_command: string, _version: 2, callback: (data: object, success: boolean) => void) =>
      callback({ eventStatus: 'tcloaded', gdprApplies: true, tcString: 'CPx' }, true),
  })
  const result = await startWait()
  await page.request.answer(unsupported('gdpr'))
  expect(result()).toBe(true)
  expect(page.tokenStore.currentToken()).toBeNull()
})
