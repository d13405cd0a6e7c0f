import { encode } from 'next-auth/jwt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const nextAuthSecret = 'the-secret-of-this-site'.padEnd(32, '.')
let site: Site
let people = 0

beforeAll(async () => {
  site = await startSite({ env: { NEXTAUTH_SECRET: nextAuthSecret } })
})
afterAll(() => site.stop())

async function granted(): Promise<Visitor> {
  const reader = visitor(site)
  await reader.signIn({ email: `bad-input-${people++}@example.com` })
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  return reader
}

const stack = /\n\s+at |node_modules|\.next\/|Error:/

/** The documented refusal of the API: this status and code, one sentence, no trace of our inside. */
async function refused(answer: Response, status: number, error: string) {
  const text = await answer.text()
  expect({ status: answer.status, text }).toMatchObject({ status })
  expect(text).not.toMatch(stack)
  const body = JSON.parse(text) as { error: string; message: string }
  expect(body.error).toBe(error)
  expect(body.message).toMatch(/^[A-Z][^\n]*\.$/)
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
}

describe('S4: the API refuses', () => {
  const json = { 'content-type': 'application/json' }

  it.each<[string, number, string, string, Record<string, string>]>([
    ['no JSON', 400, 'bad_json', '{"advertising":', json],
    ['another media type', 415, 'media_type', 'advertising=granted', { 'content-type': 'text/plain' }],
    ['no media type', 415, 'media_type', '{}', { 'content-type': '' }],
    ['an answer that is none', 422, 'invalid', '{"advertising":"maybe"}', json],
    ['no answer', 422, 'invalid', '{}', json],
    ['an address in the body', 422, 'invalid', '{"advertising":"granted","email":"x@example.com"}', json],
    ['140 kB', 413, 'too_large', `"${'x'.repeat(140_000)}"`, json],
  ])('%s, and nothing changes', async (_, status, error, body, headers) => {
    const reader = await granted()
    await refused(await reader.post('/api/choice', body, headers), status, error)
    if (error !== 'invalid' || body !== '{}')
      await refused(await reader.post('/api/identity', body, headers), status, error)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })

  it('a choice of nobody', async () => {
    await refused(await visitor(site).post('/api/choice', { advertising: 'granted' }), 401, 'signed_out')
  })

  it.each(['/api/choice', '/api/identity', '/api/sign-out'])('%s from elsewhere', async (path) => {
    const reader = await granted()
    const send = (headers: Record<string, string>) =>
      reader.fetch(path, { method: 'POST', headers, body: '{"advertising":"denied"}' })
    for (const headers of [
      { origin: 'https://evil.example', ...json },
      { origin: 'null', ...json },
      { origin: site.origin, 'sec-fetch-site': 'cross-site', ...json },
      { 'sec-fetch-site': 'same-site', ...json },
      json,
    ])
      await refused(await send(headers), 403, 'cross_site')
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })

  it('GET never changes state', async () => {
    const reader = await granted()
    for (const path of ['/api/choice', '/api/sign-out']) expect((await reader.fetch(path)).status).toBe(405)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })

  it('methods that a route does not have: 405', async () => {
    for (const path of ['/api/choice', '/api/identity', '/api/sign-out', '/api/health'])
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        const answer = await visitor(site).fetch(path, { method })
        expect(answer.status, `${method} ${path}`).toBe(405)
        expect(await answer.text()).not.toMatch(stack)
      }
  })

  it('the 31st request within a minute: 429 with the seconds to wait, and only for that reader', async () => {
    const reader = await granted()
    let last = await reader.post('/api/identity')
    for (let i = 0; i < 29 && last.status === 200; i++) last = await reader.post('/api/identity')
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
    await refused(last, 429, 'rate_limited')
    expect((await reader.post('/api/choice', { advertising: 'granted' })).status).toBe(429)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
    await granted()
  })
})

describe('sign-in', () => {
  it.each([
    [{ email: 'jane' }, 'bad_email'],
    [{ email: 'jane@@example.com' }, 'bad_email'],
    [{ email: 'f'.repeat(64) }, 'looks_hashed'],
    [{ phone: '0123456789' }, 'bad_phone'],
    [{ email: '' }, 'empty'],
  ])('U13: %j is refused with the code %s, and does not sign in', async (dii, code) => {
    const reader = visitor(site)
    const answer = await reader.signIn(dii as { email: string })
    expect(answer.status).toBe(401)
    const { url } = (await answer.json()) as { url: string }
    expect(new URL(url).searchParams.get('error')).toBe(code)
    expect(new URL(url).origin).toBe(site.origin)
    expect(await reader.identity()).toMatchObject({ status: 'signed_out' })
  })

  it('without the CSRF token does not sign in', async () => {
    const reader = visitor(site)
    const body = new URLSearchParams({ email: 'x@example.com', json: 'true', csrfToken: 'f'.repeat(64) })
    const answer = await reader.fetch('/api/auth/callback/demo', { method: 'POST', body })
    expect(answer.status).toBeLessThan(500)
    expect(await reader.identity()).toMatchObject({ status: 'signed_out' })
  })

  it('N18: a foreign callbackUrl leads to our own origin', async () => {
    for (const callbackUrl of ['https://evil.example/', '//evil.example', 'javascript:alert(1)']) {
      const reader = visitor(site)
      const { csrfToken } = (await (await reader.fetch('/api/auth/csrf')).json()) as { csrfToken: string }
      const body = new URLSearchParams({ csrfToken, email: 'x@example.com', json: 'true', callbackUrl })
      const answer = await reader.fetch('/api/auth/callback/demo', { method: 'POST', body })
      const { url } = (await answer.json()) as { url: string }
      expect(new URL(url, site.origin).origin).toBe(site.origin)
    }
  })
})

describe('cookies and headers that are not ours', () => {
  const paths = ['/', '/privacy', '/choice', '/sign-in', '/api/identity', '/api/auth/session', '/api/health']

  it.each<[string, Record<string, string>]>([
    ['garbage', { uid2: 'garbage', 'lantern-session': 'garbage' }],
    ['12 kB', { uid2: 'x'.repeat(6000), 'lantern-session': 'y'.repeat(6000) }],
    ['percent signs', { uid2: '%E0%A4%A', 'lantern-session': '%' }],
    ['a thousand chunks', { 'lantern-session.0': 'a', 'lantern-session.999': 'b' }],
  ])('N14: a cookie of %s is a signed-out reader, never an error', async (_, cookies) => {
    for (const path of paths) {
      const reader = visitor(site, new Map(Object.entries(cookies)))
      const answer = await reader.fetch(path)
      expect(answer.status, path).toBe(200)
      expect(await answer.text()).not.toMatch(stack)
    }
    const reader = visitor(site, new Map(Object.entries(cookies)))
    expect(await reader.ensure()).toMatchObject({ status: 'signed_out' })
  })

  it('N14: a cookie that was changed loses its identity and nothing else', async () => {
    const reader = await granted()
    const sealed = reader.jar.get('uid2') ?? ''
    // In the midst of base64, where each bit of each character counts.
    const other = sealed[200] === 'x' ? 'y' : 'x'
    reader.jar.set('uid2', `${sealed.slice(0, 200)}${other}${sealed.slice(201)}`)
    expect(await reader.identity()).toMatchObject({ status: 'refreshing' })
    expect(await reader.ensure()).toMatchObject({ status: 'available' })
  })

  it.each(['Bearer garbage', 'Bearer', 'Bearer a.b.c.d.e', 'Basic %%%', 'Bearer %E0%A4%A'])(
    'N17: Authorization: %s changes nothing',
    async (authorization) => {
      for (const path of paths)
        expect((await visitor(site).fetch(path, { headers: { authorization } })).status, path).toBe(200)
    },
  )

  it('N17: a good session token in Authorization does not sign in', async () => {
    const reader = await granted()
    const token = reader.jar.get('lantern-session') ?? ''
    const headers = { authorization: `Bearer ${encodeURIComponent(token)}` }
    const answer = await visitor(site).fetch('/api/identity', { headers })
    expect(await answer.json()).toMatchObject({ status: 'signed_out' })
    expect(await (await visitor(site).fetch('/api/auth/session', { headers })).json()).toEqual({})
  })

  it('a session that a foreign secret made is none; one of ours without our claims is none', async () => {
    for (const [secret, token] of [
      ['f'.repeat(32), { sub: 'demo:a', sid: 'x', dii: { kind: 'email', value: 'a@example.com' } }],
      [nextAuthSecret, { sub: 'demo:a', email: 'a@example.com' }],
    ] as const) {
      const jar = new Map([['lantern-session', await encode({ token, secret })]])
      expect(await visitor(site, jar).identity()).toMatchObject({ status: 'signed_out' })
    }
  })
})

it('after all of this the server is well', async () => {
  expect((await visitor(site).fetch('/api/health')).status).toBe(200)
  expect(site.log()).not.toMatch(/unhandled|uncaught|\n\s+at /i)
})
