import type { NextFetchEvent } from 'next/server'
import { describe, expect, it } from 'vitest'
import { globalPrivacyControl } from '#lib/policies/gpc.ts'
import { minute, siteInMemory, siteWithToken } from '../../support/core.ts'

const gpc = { 'sec-gpc': '1' }

async function send(site: Awaited<ReturnType<typeof siteInMemory>>, headers = {}, method = 'GET') {
  const background: Promise<unknown>[] = []
  const event = { waitUntil: (promise: Promise<unknown>) => void background.push(promise) }
  const response = await site.identity.proxy(
    site.pageRequest(headers, method),
    event as unknown as NextFetchEvent,
  )
  return { response, background }
}
const setCookies = (response: Response) => response.headers.getSetCookie()

describe('the proxy', () => {
  it('forwards a request without an identity unchanged, so that it can be cached', async () => {
    const site = await siteInMemory()
    const { response } = await send(site)
    expect(Object.fromEntries(response.headers)).toEqual({ 'x-middleware-next': '1' })
    expect(site.events).toEqual([])
  })

  it('forwards a request with a fresh token without setting a cookie', async () => {
    const site = await siteWithToken()
    const { response, background } = await send(site)
    expect(setCookies(response)).toEqual([])
    expect(background).toEqual([])
  })

  it('starts a due refresh without waiting, and stores its result on the next request', async () => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    const { response, background } = await send(site)
    expect(setCookies(response)).toEqual([])
    expect(background).toHaveLength(1)
    await background[0]
    expect(setCookies((await send(site)).response)).toHaveLength(1)
    expect(site.operator.calls).toHaveLength(1)
  })

  it.each([
    ['a prefetch by the browser', { 'sec-purpose': 'prefetch;prerender' }, 'GET'],
    ['a prefetch by an older browser', { purpose: 'prefetch' }, 'GET'],
    ['a form', {}, 'POST'],
  ])('neither refreshes nor stores for %s', async (_, headers, method) => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    const { response, background } = await send(site, headers, method)
    expect([setCookies(response), background, site.operator.calls]).toEqual([[], [], []])
  })

  it('treats HEAD like GET', async () => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    expect((await send(site, {}, 'HEAD')).background).toHaveLength(1)
  })

  it('deletes an invalid cookie', async () => {
    const site = await siteInMemory()
    site.jar.set(site.identity.cookie.name, 'nonsense')
    expect(setCookies((await send(site)).response)[0]).toContain('Max-Age=0')
  })
})

describe('Global Privacy Control', () => {
  const withPolicy = (scope: 'account' | 'browser') => ({ policies: [globalPrivacyControl({ scope })] })

  it('for the account is recorded as a denial by the proxy, once, also without an identity', async () => {
    const site = await siteInMemory(withPolicy('account'))
    await send(site, gpc)
    await send(site, gpc)
    expect(await site.store.read(site.subject)).toMatchObject({ choice: 'denied', siteOptOut: true })
    expect(site.events.filter(({ type }) => type === 'recorded')).toEqual([
      { type: 'recorded', what: 'denied' },
    ])
  })

  it('for the account ends the token permanently', async () => {
    const site = await siteWithToken(withPolicy('account'))
    const { response } = await send(site, gpc)
    expect(setCookies(response)[0]).toContain('Max-Age=0')
    site.jar.delete(site.identity.cookie.name)
    expect((await site.post()).identity.status).toBe('denied')
  })

  it('for the browser ends nothing: without the signal the token is available again', async () => {
    const site = await siteWithToken(withPolicy('browser'))
    const { response } = await send(site, gpc)
    expect(setCookies(response)).toEqual([])
    expect(await site.identity.read(site.request(gpc))).toEqual({ status: 'gpc', now: site.clock.now })
    expect((await site.get()).identity.status).toBe('available')
  })

  it('is not recorded while a page is rendered', async () => {
    const site = await siteWithToken(withPolicy('account'))
    expect(await site.identity.read(site.request(gpc))).toMatchObject({ status: 'gpc' })
    expect(await site.store.read(site.subject)).toMatchObject({ choice: 'granted' })
  })

  it('prevails over a consent in the same request, which is not recorded', async () => {
    const site = await siteInMemory(withPolicy('account'))
    const result = await site.identity.grant(site.request(gpc), {
      version: '1',
      wording: 'w',
      source: 'page',
    })
    expect(result).toMatchObject({ status: 'done', update: { identity: { status: 'gpc' } } })
    const recorded = site.events.flatMap((event) => (event.type === 'recorded' ? [event.what] : []))
    expect(recorded).toEqual(['denied'])
    expect(await site.store.read(site.subject)).toMatchObject({ choice: 'denied', consentId: null })
  })

  it('of a signed-out reader is not recorded', async () => {
    const site = await siteInMemory(withPolicy('account'))
    site.jar.delete('session')
    await send(site, gpc)
    expect(site.events.filter(({ type }) => type === 'recorded')).toEqual([])
  })

  it('ends the token even if it cannot be recorded', async () => {
    const site = await siteWithToken(withPolicy('account'))
    site.store.recordChoice = async () => Promise.reject(new Error('down'))
    expect(setCookies((await send(site, gpc)).response)[0]).toContain('Max-Age=0')
    expect(site.events).toContainEqual({ type: 'not_recorded', what: 'denied' })
  })
})
