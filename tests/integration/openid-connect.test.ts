import { decode } from 'next-auth/jwt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RunningOidcProvider, startOidcProvider } from '../../scripts/oidc/provider.ts'
import { beginSignIn, chooseAccount, leadsTo, signInAtProvider } from '../support/provider-visitor.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { freePort, type Site, startSite } from '../support/site.ts'

const secret = 'the-secret-of-this-site'.padEnd(32, '.')
const sessionCookie = 'lantern-session'
let provider: RunningOidcProvider
let site: Site

beforeAll(async () => {
  const port = await freePort()
  provider = await startOidcProvider({ redirectUris: [`http://localhost:${port}/api/auth/callback/oidc`] })
  site = await startSite({ port, env: { ...provider.env, NEXTAUTH_SECRET: secret, TRUST_PROXY_HOPS: '1' } })
})
afterAll(async () => {
  await site.stop()
  await provider.stop()
})

const subjectOf = async (reader: Visitor) =>
  (await decode({ token: reader.jar.get(sessionCookie) ?? '', secret }))?.sub

describe('sign-in by an OpenID provider', () => {
  it('asks for an address and nothing else, with PKCE, state and nonce', async () => {
    const url = await leadsTo(await beginSignIn(visitor(site), 'oidc'))
    expect(url.origin).toBe(provider.issuer)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: provider.clientId,
      scope: 'openid email phone',
      response_type: 'code',
      redirect_uri: `${site.origin}/api/auth/callback/oidc`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
  })

  it.each(['verified', 'unverified', 'no-email', 'relay', 'phone', 'both', 'local-phone'] as const)(
    'signs the account “%s” in, and leads back to where it began',
    async (account) => {
      const reader = visitor(site)
      const answer = await signInAtProvider(reader, account, '/articles/what-lighthouses-measured')
      expect(answer.status).toBe(302)
      expect(answer.headers.get('location')).toBe(`${site.origin}/articles/what-lighthouses-measured`)
      expect(await subjectOf(reader)).toMatch(/^oidc:[\w-]{22}$/)
      expect(await reader.identity()).not.toMatchObject({ status: 'signed_out' })
    },
  )

  it('knows an account again, and tells it from another', async () => {
    const subjects = []
    for (const account of ['verified', 'verified', 'both'] as const) {
      const reader = visitor(site)
      await signInAtProvider(reader, account)
      subjects.push(await subjectOf(reader))
    }
    expect(subjects[0]).toBe(subjects[1])
    expect(subjects[0]).not.toBe(subjects[2])
  })

  it('deletes the cookies that guarded the callback, also of a reader who had a token', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'before@example.com' })
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
    const answer = await signInAtProvider(reader, 'verified')
    const emptied = answer.headers.getSetCookie().filter((cookie) => /^[^=]+=;/.test(cookie))
    expect(emptied.map((cookie) => cookie.split('=')[0])).toEqual(
      expect.arrayContaining(['lantern-state', 'lantern-pkce', 'lantern-nonce', 'uid2']),
    )
    for (const cookie of emptied) expect(cookie).toMatch(/; (max-age=0|expires=Thu, 01 Jan 1970)/i)
  })

  it('and one that declines comes back signed out, to a page that says so', async () => {
    const reader = visitor(site)
    const answer = await signInAtProvider(reader, 'cancel')
    expect(answer.status).toBe(302)
    expect(new URL(answer.headers.get('location') ?? '').origin).toBe(site.origin)
    expect(reader.jar.has(sessionCookie)).toBe(false)
  })
})

describe('a callback without a request', () => {
  const refused = async (reader: Visitor, path: string) => {
    const answer = await reader.fetch(path)
    expect({ path, status: answer.status }).toMatchObject({ status: 302 })
    expect(new URL(answer.headers.get('location') ?? '').origin).toBe(site.origin)
    expect(reader.jar.has(sessionCookie)).toBe(false)
  }
  const comeBack = async (reader: Visitor) =>
    chooseAccount(await leadsTo(await beginSignIn(reader, 'oidc')), 'verified')

  it('in another browser, does not sign in', async () => {
    const { pathname, search } = await comeBack(visitor(site))
    await refused(visitor(site), `${pathname}${search}`)
    const other = visitor(site)
    await beginSignIn(other, 'oidc')
    await refused(other, `${pathname}${search}`)
  })

  it('with another state, or with none, does not sign in', async () => {
    for (const change of [
      (query: URLSearchParams) => query.set('state', 'x'.repeat(43)),
      (query: URLSearchParams) => query.delete('state'),
      (query: URLSearchParams) => query.delete('code'),
      (query: URLSearchParams) => query.delete('iss'),
      (query: URLSearchParams) => query.set('iss', 'https://another.example'),
      (query: URLSearchParams) => query.set('code', 'another'),
    ]) {
      const reader = visitor(site)
      const back = await comeBack(reader)
      change(back.searchParams)
      await refused(reader, `${back.pathname}${back.search}`)
    }
  })

  it('a second time, does not sign in', async () => {
    const reader = visitor(site)
    const { pathname, search } = await comeBack(reader)
    const replay = reader.twin()
    expect((await reader.fetch(`${pathname}${search}`)).status).toBe(302)
    expect(reader.jar.has(sessionCookie)).toBe(true)
    await refused(replay, `${pathname}${search}`)
  })

  it('with an error code of the provider’s own, leads to the page that says so', async () => {
    for (const code of ['login-required', 'https://provider.example/errors/7', '☃']) {
      const path = `/api/auth/callback/oidc?${new URLSearchParams({ error: code, state: 'x' })}`
      await refused(visitor(site), path)
    }
  })

  it('costs the provider 30 answers in a quarter of an hour, and no other reader anything', async () => {
    const comeFrom = (address: string) =>
      visitor(site).fetch('/api/auth/callback/oidc?code=a&state=b', {
        headers: { 'x-forwarded-for': address },
      })
    const all = await Promise.all(Array.from({ length: 40 }, () => comeFrom('203.0.113.9')))
    const refusals = all.filter(({ status }) => status === 429)
    expect(refusals).toHaveLength(10)
    expect(Number(refusals[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await comeFrom('203.0.113.10')).status).toBe(302)
  })
})
