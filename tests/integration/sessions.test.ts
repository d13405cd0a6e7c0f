import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestOperator, testOperator } from '../support/operator.ts'
import { raw } from '../support/raw.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { freePort, type Site, startSite } from '../support/site.ts'

let operator: TestOperator
let site: Site
let secure: Site

beforeAll(async () => {
  operator = await testOperator()
  site = await startSite({ env: operator.env })
  const port = await freePort()
  secure = await startSite({ env: { ...operator.env, NEXTAUTH_URL: `https://localhost:${port}` }, port })
})
afterAll(async () => {
  await site.stop()
  await secure.stop()
  await operator.close()
})

/** What a reverse proxy that ends TLS would send on. */
const behindTls = () => ({
  'x-forwarded-proto': 'https',
  origin: secure.origin.replace('http:', 'https:'),
  'sec-fetch-site': 'same-origin',
})

async function signInBehindTls(reader: Visitor, email: string): Promise<Response> {
  const headers = { 'x-forwarded-proto': 'https' }
  const csrf = await (await reader.fetch('/api/auth/csrf', { headers })).json()
  const { csrfToken } = csrf as { csrfToken: string }
  const body = new URLSearchParams({ csrfToken, email, json: 'true' })
  return reader.fetch('/api/auth/callback/demo', { method: 'POST', body, headers })
}

const attributesOf = (answer: Response, name: string) => {
  const cookie = answer.headers.getSetCookie().find((text) => text.startsWith(`${name}=`))
  return cookie
    ?.split('; ')
    .slice(1)
    .map((attribute) => attribute.toLowerCase())
    .filter((attribute) => !attribute.startsWith('expires='))
}

describe('S2: cookies', () => {
  it('on plain http: HttpOnly, Lax, for the whole site, as long as the refresh token', async () => {
    await operator.set({ lifetimes: { identityMs: 3_600_000, refreshFromMs: 900_000, refreshMs: 7_200_000 } })
    const reader = visitor(site)
    const signedIn = await reader.signIn({ email: 'cookies@example.com' })
    expect(attributesOf(signedIn, 'lantern-session')).toEqual(
      expect.arrayContaining(['path=/', 'httponly', 'samesite=lax']),
    )
    const given = await reader.post('/api/choice', { advertising: 'granted' })
    const attributes = attributesOf(given, 'uid2') ?? []
    expect(attributes).toEqual(expect.arrayContaining(['path=/', 'httponly', 'samesite=lax']))
    expect(attributes).not.toContain('secure')
    const maxAge = Number(attributes.find((it) => it.startsWith('max-age='))?.slice(8))
    expect(maxAge).toBeGreaterThan(7_100)
    expect(maxAge).toBeLessThanOrEqual(7_200)
    await operator.set({})
  })

  it('N16: never longer than the session', async () => {
    await operator.set({ lifetimes: { identityMs: 3_600_000, refreshFromMs: 900_000, refreshMs: 1e11 } })
    const reader = visitor(site)
    await reader.signIn({ email: 'long-lived@example.com' })
    const given = await reader.post('/api/choice', { advertising: 'granted' })
    const maxAge = attributesOf(given, 'uid2')?.find((it) => it.startsWith('max-age='))
    expect(Number(maxAge?.slice(8))).toBeLessThanOrEqual(30 * 24 * 60 * 60)
    await operator.set({})
  })

  it('on https: __Host-, Secure, and deleted with the attributes that they were set with', async () => {
    const reader = visitor(secure)
    const signedIn = await signInBehindTls(reader, 'secure@example.com')
    expect(attributesOf(signedIn, '__Host-lantern-session')).toEqual(
      expect.arrayContaining(['path=/', 'httponly', 'secure', 'samesite=lax']),
    )
    const given = await reader.post('/api/choice', { advertising: 'granted' }, behindTls())
    expect(await given.json()).toMatchObject({ status: 'available' })
    const set = attributesOf(given, '__Host-uid2') ?? []
    expect(set).toEqual(expect.arrayContaining(['path=/', 'httponly', 'secure', 'samesite=lax']))
    expect(set.some((it) => it.startsWith('domain='))).toBe(false)

    const denied = await reader.post('/api/choice', { advertising: 'denied' }, behindTls())
    expect(attributesOf(denied, '__Host-uid2')).toEqual(
      expect.arrayContaining(['path=/', 'secure', 'max-age=0']),
    )
    await reader.post('/api/choice', { advertising: 'granted' }, behindTls())
    const names = [...reader.jar.keys()]
    expect(names.every((name) => name.startsWith('__'))).toBe(true)
    const out = await reader.post('/api/sign-out', undefined, behindTls())
    for (const name of names)
      expect(attributesOf(out, name), name).toEqual(expect.arrayContaining(['path=/', 'secure', 'max-age=0']))
    expect([...reader.jar.keys()]).toEqual([])
  })

  it('on https the http names count for nothing, nor does the http origin', async () => {
    const reader = visitor(secure)
    await signInBehindTls(reader, 'names@example.com')
    const plain = new Map(
      [...reader.jar].map(([name, value]) => [name.replace(/^__(Secure|Host)-/, ''), value]),
    )
    expect(await visitor(secure, plain).identity()).toMatchObject({ status: 'signed_out' })
    expect((await reader.post('/api/choice', { advertising: 'granted' })).status).toBe(403)
  })

  it('U21: with an identity and a session the Cookie header is below 8 kB, each cookie below 4096', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: `${'x'.repeat(200)}@${'long.'.repeat(8)}example.com` })
    await reader.choose('granted')
    const cookies = [...reader.jar].map(([name, value]) => `${name}=${value}`)
    expect(reader.jar.has('uid2')).toBe(true)
    for (const cookie of cookies) expect(cookie.length).toBeLessThan(4000)
    expect(cookies.join('; ').length).toBeLessThan(8000)
    expect(reader.jar.get('uid2')?.length).toBeLessThan(2500)
  })
})

describe('a session', () => {
  it('N4: does not roll: nothing after sign-in sets its cookie again', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'rolls-not@example.com' })
    const answers = [
      await reader.fetch('/api/auth/session'),
      await reader.fetch('/api/identity'),
      await reader.fetch('/privacy'),
      await reader.post('/api/choice', { advertising: 'granted' }),
      await reader.post('/api/identity'),
      await reader.fetch('/api/auth/csrf'),
      await reader.fetch('/api/auth/providers'),
    ]
    for (const answer of answers) expect(attributesOf(answer, 'lantern-session'), answer.url).toBeUndefined()
  })

  it('GET /api/auth/session sets no cookie, and has a masked name and no address', async () => {
    const email = 'canary-session@example.com'
    const reader = visitor(site)
    await reader.signIn({ email })
    const answer = await reader.fetch('/api/auth/session')
    expect(answer.headers.getSetCookie()).toEqual([])
    const text = await answer.text()
    expect(JSON.parse(text)).toEqual({ user: { name: 'c•••@example.com' }, expires: expect.any(String) })
    expect(text).not.toContain('canary')
  })

  it('a POST to it with data of one’s own changes nothing', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'update@example.com' })
    const { csrfToken } = (await (await reader.fetch('/api/auth/csrf')).json()) as { csrfToken: string }
    const forged = { dii: { kind: 'email', value: 'victim@example.com' }, sub: 'demo:victim' }
    const answer = await reader.post('/api/auth/session', { csrfToken, data: forged })
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await (await reader.fetch('/api/auth/session')).json()).toMatchObject({
      user: { name: 'u•••@example.com' },
    })
  })

  it('S9: each sign-in has one of its own', async () => {
    const [first, second] = [visitor(site), visitor(site)]
    for (const reader of [first, second]) await reader.signIn({ email: 'twice@example.com' })
    await first.signOut()
    expect(await second.identity()).toMatchObject({ status: 'no_choice' })
  })
})

describe('N18: demo sign-in beside a real operator', () => {
  async function signIn(forged: Record<string, string>) {
    const reader = visitor(site)
    const { csrfToken } = (await (await reader.fetch('/api/auth/csrf')).json()) as { csrfToken: string }
    const cookie = [...reader.jar].map((pair) => pair.join('=')).join('; ')
    return raw(site, '/api/auth/callback/demo', {
      method: 'POST',
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...forged },
      body: new URLSearchParams({ csrfToken, email: 'forged@example.com', json: 'true' }).toString(),
    })
  }

  it('takes this machine, by any of its names', async () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect((await signIn({ host: `${host}:${site.port}` })).status, host).toBe(200)
  })

  it('refuses another Host or X-Forwarded-Host, and sets no session', async () => {
    for (const forged of [
      { host: 'news.example' },
      { host: `localhost:${site.port}`, 'x-forwarded-host': 'news.example' },
      { host: `localhost:${site.port}`, 'x-forwarded-host': `localhost:${site.port}, news.example` },
      { host: 'localhost.news.example' },
    ]) {
      const answer = await signIn(forged)
      expect(answer.status, JSON.stringify(forged)).toBe(401)
      expect(answer.text).toContain('not_local')
      expect(String(answer.headers['set-cookie'])).not.toContain('session-token')
    }
  })
})
