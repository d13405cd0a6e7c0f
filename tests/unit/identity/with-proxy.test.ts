import { type NextFetchEvent, type NextProxy, type NextRequest, NextResponse } from 'next/server'
import { describe, expect, it } from 'vitest'
import { minute, siteWithToken } from '../../support/core.ts'

type Site = Awaited<ReturnType<typeof siteWithToken>>

/** A site whose refresh has ended: the next page request stores its token. */
async function siteWithNewToken(): Promise<Site> {
  const site = await siteWithToken()
  site.clock.now += 11 * minute
  const background: Promise<unknown>[] = []
  const event = { waitUntil: (promise: Promise<unknown>) => void background.push(promise) }
  await site.identity.proxy(site.pageRequest(), event as unknown as NextFetchEvent)
  await Promise.all(background)
  return site
}

const event = { waitUntil: () => {} } as unknown as NextFetchEvent
const send = (site: Site, proxy: NextProxy, headers = {}, method = 'GET') =>
  site.identity.withProxy(proxy)(site.pageRequest(headers, method), event)

/** The token that pages behind a response read, and the one in the browser. */
async function tokensOf({ identity }: Site, response: NextResponse) {
  const { name } = identity.cookie
  const passed = /\buid2-[^=]+=([^;]+)/.exec(response.headers.get('x-middleware-request-cookie') ?? '')?.[1]
  const read = async (value: string | undefined) =>
    value && (await identity.cookie.open(decodeURIComponent(value)))?.identity.advertising_token
  return { onRequest: await read(passed), inBrowser: await read(response.cookies.get(name)?.value) }
}
const newest = ({ operator }: Site) => operator.issued.at(-1)?.advertising_token

describe('the refresh around a publisher’s own proxy', () => {
  it('gives it the request with the fresh cookie, in its header and in `cookies`', async () => {
    const site = await siteWithNewToken()
    const { name } = site.identity.cookie
    let seen: (string | undefined)[] = []
    await send(site, (request) => {
      const inHeader = new RegExp(`${name}=([^;]+)`).exec(request.headers.get('cookie') ?? '')?.[1]
      seen = [request.cookies.get(name)?.value, decodeURIComponent(inHeader ?? '')]
    })
    const [first = '', second] = seen
    expect(first).toBe(second)
    expect((await site.identity.cookie.open(first))?.identity.advertising_token).toBe(newest(site))
  })

  it.each<[string, () => ReturnType<NextProxy>]>([
    ['nothing', () => undefined],
    ['NextResponse.next()', () => NextResponse.next({ headers: { 'x-own': '1' } })],
    ['a rewrite', () => NextResponse.rewrite('http://localhost/de', { headers: { 'x-own': '1' } })],
  ])('when it returns %s, the page and the browser get the fresh cookie', async (_, answer) => {
    const site = await siteWithNewToken()
    const response = await send(site, answer)
    expect(await tokensOf(site, response)).toEqual({ onRequest: newest(site), inBrowser: newest(site) })
    expect(response.headers.get('x-middleware-override-headers')).toContain('cookie')
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    const own = answer()
    for (const [header, text] of (own as NextResponse | undefined)?.headers ?? [])
      expect(response.headers.get(header)).toBe(text)
  })

  it.each<[string, () => ReturnType<NextProxy>]>([
    ['a redirect', () => Response.redirect('http://localhost/login', 307)],
    ['an answer', () => new Response('Closed', { status: 503, headers: { 'x-own': '1', vary: 'Accept' } })],
  ])('when it returns %s, that is sent unchanged, with our cookie and no-store', async (_, answer) => {
    const site = await siteWithNewToken()
    const response = await send(site, answer)
    expect(await tokensOf(site, response)).toEqual({ onRequest: undefined, inBrowser: newest(site) })
    const own = answer() as Response
    expect(response.status).toBe(own.status)
    expect(await response.text()).toBe(await own.text())
    for (const header of ['location', 'x-own'])
      expect(response.headers.get(header)).toBe(own.headers.get(header))
    expect(response.headers.get('vary')).toMatch(own.headers.has('vary') ? /^Accept, Cookie$/ : /^Cookie$/)
    expect(response.headers.get('x-middleware-override-headers')).toBeNull()
  })

  it('when it passes on headers of its own, the page gets these and the fresh cookie', async () => {
    const site = await siteWithNewToken()
    const response = await send(site, (request: NextRequest) => {
      const headers = new Headers(request.headers)
      headers.set('x-locale', 'de')
      return NextResponse.next({ request: { headers } })
    })
    expect(response.headers.get('x-middleware-request-x-locale')).toBe('de')
    expect(await tokensOf(site, response)).toEqual({ onRequest: newest(site), inBrowser: newest(site) })
  })

  it('when it sets a cookie of its own, both cookies are set, and its page reads its own', async () => {
    const site = await siteWithNewToken()
    const response = await send(site, () => {
      const own = NextResponse.next()
      own.cookies.set('locale', 'de')
      return own
    })
    expect(response.headers.getSetCookie()).toHaveLength(2)
    expect(response.headers.get('x-middleware-set-cookie')).toContain('locale=de')
  })

  it.each([
    ['a form', {}, 'POST'],
    ['a prefetch', { 'sec-purpose': 'prefetch' }, 'GET'],
  ])('leaves %s to it', async (_, headers, method) => {
    const site = await siteWithNewToken()
    const response = await send(site, () => NextResponse.json({ own: true }), headers, method)
    expect([await response.json(), response.headers.getSetCookie()]).toEqual([{ own: true }, []])
    expect(response.headers.get('cache-control')).toBeNull()
  })
})
