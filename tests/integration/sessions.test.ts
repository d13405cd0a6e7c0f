import { describe, expect, it } from 'vitest'
import { identityCookie } from '../support/publication.ts'
import { raw } from '../support/raw.ts'
import { cookieOf, newEmail, signedIn, type Visitor, visitor } from '../support/reader.ts'
import { siteOnHttps, siteWithOperator } from '../support/shared-site.ts'

const { site, operator } = await siteWithOperator()
const https = await siteOnHttps()

/** What a reverse proxy that ends TLS forwards. */
const behindTls = {
  'x-forwarded-proto': 'https',
  origin: https.origin,
  'sec-fetch-site': 'same-origin',
}

async function signInBehindTls(reader: Visitor): Promise<Response> {
  const headers = { 'x-forwarded-proto': 'https' }
  const { csrfToken } = await (await reader.fetch('/api/auth/csrf', { headers })).json()
  const body = new URLSearchParams({ csrfToken, email: newEmail(), json: 'true' })
  return reader.fetch('/api/auth/callback/demo', { method: 'POST', body, headers })
}

const attributesOf = (answer: Response, name: string) => {
  const cookie = answer.headers.getSetCookie().find((text) => text.startsWith(`${name}=`))
  const attributes = cookie?.split('; ').slice(1)
  return attributes?.map((it) => it.toLowerCase()).filter((it) => !it.startsWith('expires='))
}
const choose = (reader: Visitor, advertising: string, headers = {}) =>
  reader.post('/api/choice', { advertising }, headers)

describe('the cookies of the site (S2)', () => {
  it('are on plain http HttpOnly, Lax, for the whole site, as long as the refresh token', async () => {
    await operator.set({ lifetimes: { identityMs: 3_600_000, refreshFromMs: 900_000, refreshMs: 7_200_000 } })
    const reader = visitor(site)
    const entered = await reader.signIn({ email: newEmail() })
    const guarded = expect.arrayContaining(['path=/', 'httponly', 'samesite=lax'])
    expect(attributesOf(entered, 'lantern-session')).toEqual(guarded)
    const attributes = attributesOf(await choose(reader, 'granted'), 'uid2') ?? []
    expect(attributes).toEqual(guarded)
    expect(attributes).not.toContain('secure')
    const maxAge = Number(attributes.find((it) => it.startsWith('max-age='))?.slice(8))
    expect(maxAge).toBeGreaterThan(7_000)
    expect(maxAge).toBeLessThanOrEqual(7_200)
  })

  it('are never kept longer than the session (N16)', async () => {
    await operator.set({ lifetimes: { identityMs: 3_600_000, refreshFromMs: 900_000, refreshMs: 1e11 } })
    const given = await choose(await signedIn(site), 'granted')
    const maxAge = attributesOf(given, 'uid2')?.find((it) => it.startsWith('max-age='))
    expect(Number(maxAge?.slice(8))).toBeLessThanOrEqual(30 * 24 * 60 * 60)
  })

  it('are on https __Host- and Secure, and deleted with the attributes that they were set with', async () => {
    const reader = visitor(https.site)
    const entered = await signInBehindTls(reader)
    const guarded = expect.arrayContaining(['path=/', 'httponly', 'secure', 'samesite=lax'])
    expect(attributesOf(entered, '__Host-lantern-session')).toEqual(guarded)
    const given = await choose(reader, 'granted', behindTls)
    expect(attributesOf(given, '__Host-uid2')).toEqual(guarded)
    expect(attributesOf(given, '__Host-uid2')?.join()).not.toContain('domain=')
    const deleted = expect.arrayContaining(['path=/', 'secure', 'max-age=0'])
    expect(attributesOf(await choose(reader, 'denied', behindTls), '__Host-uid2')).toEqual(deleted)
    await choose(reader, 'granted', behindTls)
    const names = [...reader.jar.keys()]
    expect(names.every((name) => name.startsWith('__'))).toBe(true)
    const left = await reader.post('/api/sign-out', undefined, behindTls)
    for (const name of names) expect(attributesOf(left, name), name).toEqual(deleted)
    expect([...reader.jar.keys()]).toEqual([])
  })

  it('are not read on https by their http names, nor is the http origin accepted', async () => {
    const reader = visitor(https.site)
    await signInBehindTls(reader)
    const plain = new Map([...reader.jar].map(([name, value]) => [name.replace('__Host-', ''), value]))
    expect(await visitor(https.site, plain).identity()).toMatchObject({ status: 'signed_out' })
    expect((await choose(reader, 'granted')).status).toBe(403)
  })

  it('are below 8 kB together, with an identity and a session, and each below 4096 (U21)', async () => {
    const reader = await signedIn(site, `${'x'.repeat(200)}@${'long.'.repeat(8)}example.com`)
    await reader.choose('granted')
    const cookies = [...reader.jar].map((pair) => pair.join('='))
    for (const cookie of cookies) expect(cookie.length).toBeLessThan(4000)
    expect(cookieOf(reader).length).toBeLessThan(8000)
    expect(reader.jar.get(identityCookie)?.length).toBeLessThan(2500)
    expect(reader.jar.get(identityCookie)?.length).toBeGreaterThan(100)
  })
})

describe('a session', () => {
  it('is not prolonged: nothing after sign-in sets its cookie again (N4)', async () => {
    const reader = await signedIn(site)
    const paths = ['/api/auth/session', '/api/identity', '/privacy', '/api/auth/csrf', '/api/auth/providers']
    const answers = [await choose(reader, 'granted'), await reader.post('/api/identity')]
    for (const path of paths) answers.push(await reader.fetch(path))
    for (const answer of answers) expect(attributesOf(answer, 'lantern-session')).toBeUndefined()
  })

  it('is shown by GET /api/auth/session with a masked name, no address and no cookie', async () => {
    const answer = await (await signedIn(site, 'canary-session@example.com')).fetch('/api/auth/session')
    expect(answer.headers.getSetCookie()).toEqual([])
    const text = await answer.text()
    expect(JSON.parse(text)).toEqual({ user: { name: 'c•••@example.com' }, expires: expect.any(String) })
    expect(text).not.toContain('canary')
  })
})

describe('demo sign-in beside a real operator (N18)', () => {
  it.each([
    [200, { host: `[::1]:${site.port}` }],
    [401, { host: 'news.example' }],
    [401, { host: `localhost:${site.port}`, 'x-forwarded-host': `localhost:${site.port}, news.example` }],
  ])('is %i for %j', async (status, forged) => {
    const reader = visitor(site)
    const { csrfToken } = await (await reader.fetch('/api/auth/csrf')).json()
    const headers = {
      cookie: cookieOf(reader),
      'content-type': 'application/x-www-form-urlencoded',
      ...forged,
    }
    const body = new URLSearchParams({ csrfToken, email: newEmail(), json: 'true' }).toString()
    const answer = await raw(site, '/api/auth/callback/demo', { method: 'POST', headers, body })
    expect(answer.status).toBe(status)
    expect(answer.text.includes('not_local')).toBe(status === 401)
    expect(String(answer.headers['set-cookie']).includes('lantern-session=ey')).toBe(status === 200)
  })
})
