import { beforeEach, describe, expect, it, vi } from 'vitest'
import { identityStateOf } from '../../../docs/sign-in/native-app.ts'
import { createForwarder } from '../../../docs/sign-in/own-server.ts'

describe('the identity as a native app keeps it', () => {
  it.each<[string, number | null]>([
    ['refreshing', 5000],
    ['unavailable', 35_000],
    ['opted_out', null],
    ['unsupported', null],
    ['gpc', null],
  ])('has no token with status %s, and its next call is at %j', (status, callAt) => {
    expect(identityStateOf({ status, now: 1 }, 5000)).toMatchObject({ status, token: null, callAt })
  })

  it('has the times of the app’s own clock', () => {
    const times = { now: 100, identityExpires: 700, refreshFrom: 400 }
    const identity = { status: 'available', advertisingToken: 'x', source: 'uidapi.com', ...times }
    expect(identityStateOf(identity, 5000)).toMatchObject({ token: { endsAt: 5600 }, callAt: 5300 })
  })

  it('with an expired token expires at once', () => {
    const times = { now: 9, identityExpires: 8, refreshFrom: 7 }
    const identity = { status: 'available', advertisingToken: 'x', source: 'uidapi.com', ...times }
    expect(identityStateOf(identity, 5000).token?.endsAt).toBe(5000)
  })
})

describe('the server of a front end on another origin', () => {
  const [site, own, peer] = ['https://news.example', 'https://app.example', '203.0.113.1']
  const pass = createForwarder({ site, own })
  const forwarded = vi.fn<typeof fetch>()
  beforeEach(() => {
    vi.stubGlobal('fetch', forwarded.mockReset())
    forwarded.mockImplementation(
      async () =>
        new Response('{}', {
          headers: [
            ['set-cookie', 'uid2=a'],
            ['set-cookie', 'tracking=b'],
            ['set-cookie', 'lantern-csrf=c'],
          ],
        }),
    )
  })

  const send = async (path: string, headers: Record<string, string> = {}, method = 'POST') => {
    const body = method === 'POST' ? '{}' : null
    return (await pass(new Request(`${own}${path}`, { method, headers, body }), peer)).status
  }
  const length = { 'content-length': '2' }

  it.each<Record<string, string>>([
    {},
    { origin: site },
    { origin: 'https://evil.example' },
    { origin: own, 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('refuses requests from other pages, which the site would accept as its own: %j', async (headers) => {
    expect(await send('/api/choice', { ...length, ...headers })).toBe(403)
    expect(forwarded).not.toHaveBeenCalled()
  })

  it('refuses a body without a length, or above the limit', async () => {
    expect(await send('/api/choice', { origin: own })).toBe(413)
    expect(await send('/api/choice', { origin: own, 'content-length': '131073' })).toBe(413)
    expect(await send('/api/choice', { origin: own, ...length })).toBe(200)
  })

  it('forwards no other path of the site', async () => {
    for (const path of ['/', '/privacy', '/api/auth/session', '/sandbox/operator/faults', '/api/identity/..'])
      expect(await send(path, {}, 'GET'), path).toBe(404)
    for (const path of ['/api/sign-in/demo', '/api/sign-in/provider', '/api/auth/callback/demo'])
      expect(await send(path, { origin: own, ...length }), path).toBe(404)
  })

  it('forwards the session and identity cookies, and nothing else about the reader', async () => {
    const headers = {
      cookie: '__Host-uid2=1; other=2; __Host-lantern-session.0=3; sign-in=4; not-sign-in=5',
      authorization: 'Bearer 6',
      referer: `${own}/page`,
      'x-forwarded-for': '198.51.100.9',
      'x-forwarded-host': 'evil.example',
      'user-agent': 'of one reader',
    }
    const answer = await pass(new Request(`${own}/api/identity`, { headers }), peer)
    expect(answer.headers.getSetCookie()).toEqual(['uid2=a'])
    const [url, init] = forwarded.mock.calls[0] ?? []
    const sent = new Headers(init?.headers)
    expect(url).toBe(`${site}/api/identity`)
    expect(sent.get('cookie')).toBe('__Host-uid2=1; __Host-lantern-session.0=3; sign-in=4')
    expect([sent.get('origin'), sent.get('x-forwarded-for')]).toEqual([site, peer])
    for (const name of ['authorization', 'referer', 'x-forwarded-host']) expect(sent.has(name)).toBe(false)
    expect(`${sent.get('user-agent')}`).not.toContain('reader')
  })

  it('answers 502 when the site is down', async () => {
    forwarded.mockRejectedValue(new TypeError('fetch failed'))
    expect(await send('/api/identity', {}, 'GET')).toBe(502)
  })
})
