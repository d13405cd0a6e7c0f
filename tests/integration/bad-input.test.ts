import { once } from 'node:events'
import { connect } from 'node:net'
import { encode } from 'next-auth/jwt'
import { describe, expect, it } from 'vitest'
import { identityCookie } from '../support/publication.ts'
import { sendBytes } from '../support/raw.ts'
import { newEmail, visitor, withToken } from '../support/reader.ts'
import { sandboxSite, secrets } from '../support/shared-site.ts'
import { until } from '../support/until.ts'

const site = await sandboxSite()
const stack = /\n\s+at |node_modules|\.next\/|Error:/
const json = { 'content-type': 'application/json' }
const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }

/** The documented error of the API: this status and code, one sentence, nothing of our code. */
async function expectError(answer: Response, status: number, error: string) {
  const text = await answer.text()
  expect({ status: answer.status, text }).toMatchObject({ status })
  expect(text).not.toMatch(stack)
  expect(JSON.parse(text)).toMatchObject({ error, message: expect.stringMatching(/^[A-Z][^\n]*\.$/) })
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
}

describe('the API (S4)', () => {
  it('refuses a body that is not as documented, and nothing changes', async () => {
    const reader = await withToken(site)
    for (const [status, error, body, headers] of [
      [400, 'bad_json', '{"advertising":', json],
      [415, 'media_type', 'advertising=granted', { 'content-type': 'text/plain' }],
      [422, 'invalid', '{"advertising":"maybe"}', json],
      [413, 'too_large', `"${'x'.repeat(140_000)}"`, json],
    ] as const)
      for (const path of ['/api/choice', '/api/identity'])
        await expectError(await reader.post(path, body, headers), status, error)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })

  it.each([
    '/api/choice',
    '/api/identity',
    '/api/sign-out',
    '/api/forms/choice',
    '/api/forms/sign-out',
    '/api/forms/delete-records',
    '/api/sign-in/demo',
    '/api/sign-in/finish',
  ])('%s takes nothing from another origin, and gives it no permission', async (path) => {
    const reader = await withToken(site)
    for (const headers of [foreign, {}] as Record<string, string>[]) {
      const form = { 'content-type': 'application/x-www-form-urlencoded' }
      const type = /forms|sign-in/.test(path) ? form : json
      const answer = await reader.fetch(path, { method: 'POST', headers: { ...type, ...headers } })
      expect([answer.status, (await answer.json()).error]).toEqual([403, 'cross_site'])
      expect(answer.headers.getSetCookie()).toEqual([])
    }
    const asked = { ...foreign, 'access-control-request-method': 'POST' }
    for (const method of ['OPTIONS', 'POST']) {
      const { headers } = await reader.fetch(path, { method, headers: asked })
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })

  it('does nothing by GET, and answers other methods with 405', async () => {
    const reader = await withToken(site)
    for (const path of ['/api/choice', '/api/sign-out', '/api/forms/sign-out', '/api/sign-in/demo'])
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']) {
        const answer = await reader.fetch(path, { method })
        expect(answer.status, `${method} ${path}`).toBe(405)
        expect(await answer.text()).not.toMatch(stack)
      }
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })
})

describe('next-auth’s demo sign-in', () => {
  async function tryDemo(fields: Record<string, string>) {
    const reader = visitor(site)
    const { csrfToken } = (await (await reader.fetch('/api/auth/csrf')).json()) as { csrfToken: string }
    const body = new URLSearchParams({ csrfToken, email: newEmail(), json: 'true', ...fields })
    const answer = await reader.fetch('/api/auth/callback/demo', { method: 'POST', body })
    const { url } = (await answer.json()) as { url: string }
    return { status: answer.status, url: new URL(url, site.origin), reader }
  }

  it.each([
    [{ email: 'jane' }, 'bad_email'],
    [{ email: 'f'.repeat(64) }, 'looks_hashed'],
    [{ email: '', phone: '0123456789' }, 'bad_phone'],
  ])('refuses %j with the code %s (U13)', async (fields, code) => {
    const { status, url, reader } = await tryDemo(fields)
    expect([status, url.origin, url.searchParams.get('error')]).toEqual([401, site.origin, code])
    expect(await reader.identity()).toMatchObject({ status: 'signed_out' })
  })

  it('does not sign in without the CSRF token', async () => {
    expect(await (await tryDemo({ csrfToken: 'f'.repeat(64) })).reader.identity()).toMatchObject({
      status: 'signed_out',
    })
  })

  it('leads to this site for a foreign callbackUrl (N18)', async () => {
    for (const callbackUrl of ['https://evil.example/', '//evil.example', 'javascript:alert(1)'])
      expect((await tryDemo({ callbackUrl })).url.origin).toBe(site.origin)
  })
})

describe('next-auth’s own routes', () => {
  it.each(['_log', 'session'])('POST /api/auth/%s is not there, and is not logged (S22)', async (path) => {
    const body = JSON.stringify({ level: 'error', code: `canary ${path}`, message: 'canary'.repeat(2000) })
    const answer = await visitor(site).post(`/api/auth/${path}`, body, foreign)
    await expectError(answer, 404, 'not_found')
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(site.log()).not.toContain('canary')
  })

  it.each([
    ['GET', '/api/auth/error?error=%E2%98%83'],
    ['GET', '/api/auth/error?error=%0d%0aSet-Cookie:%20a=b'],
    ['GET', '/api/auth/csrf?callbackUrl=/choice&callbackUrl=javascript:alert(1)'],
    ['GET', '/api/auth/error/a%0D%0ASet-Cookie:%20a=b'],
    ['GET', '/api/auth/callback/demo'],
    ['GET', '/api/auth/callback/nobody'],
    ['GET', '/api/auth/callback/facebook?error=access_denied&error_description=%00'],
    ['POST', '/api/auth/callback/demo'],
    ['POST', '/api/auth/signin/facebook'],
  ])('%s %s is never answered with 500, whatever is sent (N17)', async (method, path) => {
    const bodies = ['x=%', '{"csrfToken":{},"callbackUrl":7,"email":{"a":1}}', 'null']
    for (const body of method === 'POST' ? bodies : [null]) {
      const headers = { 'content-type': body?.startsWith('x') ? 'text/plain' : 'application/json' }
      const answer = await visitor(site).fetch(path, { method, body, ...(body !== null && { headers }) })
      expect(answer.status).toBeLessThan(500)
      expect(await answer.text()).not.toMatch(stack)
      expect(answer.headers.get('cache-control')).toContain('no-store')
    }
  })

  it('refuse a callback cookie that is no URL, and delete it, so that the next try works', async () => {
    const reader = visitor(site)
    // Another application on this host may have a valid one.
    reader.jar.set('other-lantern-callback-url', 'https://news.example/')
    reader.jar.set('lantern-callback-url', 'javascript:alert(1)')
    expect((await reader.fetch('/api/auth/csrf')).status).toBe(422)
    expect((await reader.signIn({ email: newEmail() })).status).toBe(200)
  })
})

describe('cookies and headers that are not ours', () => {
  const paths = ['/', '/privacy', '/choice', '/sign-in', '/api/identity', '/api/auth/session', '/api/health']

  it.each<[string, Record<string, string>]>([
    ['garbage', { uid2: 'garbage', 'lantern-session': 'garbage' }],
    ['12 kB', { uid2: 'x'.repeat(6000), 'lantern-session': 'y'.repeat(6000) }],
    ['percent signs', { uid2: '%E0%A4%A', 'lantern-session': '%' }],
    ['a thousand chunks', { 'lantern-session.0': 'a', 'lantern-session.999': 'b' }],
  ])('a cookie of %s means signed out, never an error (N14)', async (_, cookies) => {
    const stranger = () => visitor(site, new Map(Object.entries(cookies)))
    for (const path of paths) {
      const answer = await stranger().fetch(path)
      expect(answer.status, path).toBe(200)
      expect(await answer.text()).not.toMatch(stack)
    }
    expect(await stranger().ensure()).toMatchObject({ status: 'signed_out' })
  })

  it('a cookie that was changed loses its identity and nothing else (N14)', async () => {
    const reader = await withToken(site)
    const sealed = reader.jar.get(identityCookie) ?? ''
    // In the middle of base64, where each bit of each character counts.
    const other = sealed[200] === 'x' ? 'y' : 'x'
    reader.jar.set(identityCookie, `${sealed.slice(0, 200)}${other}${sealed.slice(201)}`)
    expect(await reader.identity()).toMatchObject({ status: 'refreshing' })
    expect(await reader.ensure()).toMatchObject({ status: 'available' })
  })

  it.each(['Bearer garbage', 'Bearer %E0%A4%A', 'Basic %%%'])(
    'Authorization: %s changes nothing (N17)',
    async (authorization) => {
      for (const path of paths)
        expect((await visitor(site).fetch(path, { headers: { authorization } })).status, path).toBe(200)
    },
  )

  it('a good session token in Authorization does not sign in (N17)', async () => {
    const token = (await withToken(site)).jar.get('lantern-session') ?? ''
    const headers = { authorization: `Bearer ${encodeURIComponent(token)}` }
    const answer = await visitor(site).fetch('/api/identity', { headers })
    expect(await answer.json()).toMatchObject({ status: 'signed_out' })
    expect(await (await visitor(site).fetch('/api/auth/session', { headers })).json()).toEqual({})
  })

  it('of two session cookies the same one counts on every route (S20)', async () => {
    const session = async (sid: string, value: string) => {
      const token = { sub: `demo:${sid}`, sid, dii: { kind: 'email', value }, otherDii: [] }
      return `lantern-session=${await encode({ token, secret: secrets.NEXTAUTH_SECRET })}`
    }
    const cookie = `${await session('a', 'ann@example.com')}; ${await session('b', 'bob@example.com')}`
    const read = async (path: string) => (await visitor(site).fetch(path, { headers: { cookie } })).text()
    for (const path of ['/api/auth/session', '/privacy'])
      expect(await read(path)).toContain('b•••@example.com')
  })

  it('500 cookies that do not open write a line or two (S23)', async () => {
    const bad = () => visitor(site, new Map([['uid2', 'Fe26.2*bad']])).identity()
    const lines = () => site.log().match(/.*identity_not_opened.*/g) ?? []
    const before = lines().length
    for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 25 }, bad))
    await until(() => lines().length > 0)
    expect(lines().length - before).toBeLessThanOrEqual(2)
  })
})

describe('a body that breaks off (N25, S23)', () => {
  it.each([
    ['/choice', 'text/plain'],
    ['/api/choice', 'application/json'],
    ['/api/forms/choice', 'multipart/form-data; boundary=b'],
    ['/api/sign-in/demo', 'application/x-www-form-urlencoded'],
    ['/api/auth/callback/demo', 'application/x-www-form-urlencoded'],
    ['/sandbox/operator/v2/token/generate', 'text/plain'],
    ['/sandbox/exchange/openrtb2/auction', 'text/plain'],
  ])('sent to %s is no server error, and leaves no line in the log', async (path, type) => {
    const before = site.log()
    const { host } = new URL(site.origin)
    const head = [`POST ${path} HTTP/1.1`, `Host: ${host}`, `Origin: ${site.origin}`, `Content-Type: ${type}`]
    for (const [length, body] of [
      ['Content-Length: 999', '{"a'],
      ['Transfer-Encoding: chunked', '3\r\n{"a\r\n'],
      ['Transfer-Encoding: chunked', '3\r\n{"a\r\nzz\r\n'],
    ])
      expect(await sendBytes(site, `${[...head, length].join('\r\n')}\r\n\r\n${body}`)).not.toMatch(
        /^HTTP\/1.1 5/,
      )
    const socket = connect(site.port, '127.0.0.1')
    // The server says when it begins to read.
    socket.write(`${[...head, 'Content-Length: 1000', 'Expect: 100-continue'].join('\r\n')}\r\n\r\n`)
    await once(socket, 'data')
    socket.write('{')
    socket.destroy()
    // What it says of them, it says before it answers the next request.
    expect((await visitor(site).fetch('/api/health')).status).toBe(200)
    const lines = site.log().slice(before.length).split('\n')
    // Of the cookies before, which the log may still count.
    expect(lines.filter((line) => line !== '' && !line.includes('identity_not_opened'))).toEqual([])
  })
})
