import { describe, expect, it } from 'vitest'
import { browsersOf, session } from '../support/https-browsers.ts'
import { proofVisitor } from '../support/proof.ts'
import { beginSignIn, chooseAccount, leadsTo, signInAtProvider } from '../support/provider-visitor.ts'
import { newEmail, type Visitor, visitor } from '../support/reader.ts'
import { siteOnHttps, siteWithOperator } from '../support/shared-site.ts'
import { until } from '../support/until.ts'

const { site, origin, oidc } = await siteOnHttps()
const { browser, subjectOf, expectRefused } = browsersOf({ site, origin })
const random = expect.stringMatching(/^[\w-]{43}$/)

describe('sign-in by an OpenID provider', () => {
  const authorized = async (reader: Visitor) =>
    chooseAccount(await leadsTo(await beginSignIn(reader, 'oidc')), 'verified')

  it('requests address and number with PKCE, state and nonce', async () => {
    const url = await leadsTo(await beginSignIn(browser(), 'oidc'))
    expect(url.origin).toBe(oidc.issuer)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: oidc.clientId,
      scope: 'openid email phone',
      response_type: 'code',
      redirect_uri: `${origin}/api/auth/callback/oidc`,
      state: random,
      nonce: random,
      code_challenge: random,
      code_challenge_method: 'S256',
    })
  })

  it('tells accounts apart by subject, and counts what each of them proves', async () => {
    const subjects = new Map<string, unknown>()
    for (const [account, status] of [
      ['verified', 'no_choice'],
      ['unverified', 'unsupported'],
      ['phone', 'no_choice'],
      ['verified', 'no_choice'],
    ] as const) {
      const reader = browser()
      const answer = await signInAtProvider(reader, account, '/privacy')
      expect([answer.status, answer.headers.get('location')]).toEqual([302, `${origin}/privacy`])
      expect(await reader.identity()).toMatchObject({ status })
      const subject = await subjectOf(reader)
      expect(subject).toMatch(/^oidc:[\w-]{22}$/)
      expect(subjects.get(account) ?? subject).toBe(subject)
      subjects.set(account, subject)
    }
    expect(new Set(subjects.values()).size).toBe(3)
  })

  it('deletes the cookies that guarded the callback, and the identity of the reader before', async () => {
    const reader = browser()
    await reader.signIn({ email: newEmail() })
    reader.jar.set('__Host-uid2', 'of the reader before')
    const answer = await signInAtProvider(reader, 'verified')
    const emptied = answer.headers.getSetCookie().filter((cookie) => /^[^=]+=;/.test(cookie))
    const guards = ['lantern-state', 'lantern-pkce', 'lantern-nonce', 'uid2'].map((name) => `__Host-${name}`)
    expect(emptied.map((cookie) => cookie.split('=')[0])).toEqual(expect.arrayContaining(guards))
    for (const cookie of emptied) expect(cookie).toMatch(/; (max-age=0|expires=Thu, 01 Jan 1970)/i)
  })

  it('does not sign in when the answer was changed, comes again, or comes to another browser; only that is logged', async () => {
    const failures = () => site.log().match(/"provider_failed","code":"oidc [^"]*"/g) ?? []
    const before = failures().length
    const cancelled = browser()
    await expectRefused(cancelled, await signInAtProvider(cancelled, 'cancel'))
    const back = await authorized(browser())
    const stranger = browser()
    await expectRefused(stranger, await stranger.fetch(`${back.pathname}${back.search}`))
    await until(() => failures().length > before)
    expect(failures().slice(before)).toEqual(['"provider_failed","code":"oidc cookie_missing"'])

    for (const change of [
      (query: URLSearchParams) => query.delete('iss'),
      (query: URLSearchParams) => query.set('iss', 'https://another.example'),
      (query: URLSearchParams) => query.set('code', 'another'),
    ]) {
      const reader = browser()
      const { pathname, searchParams } = await authorized(reader)
      change(searchParams)
      await expectRefused(reader, await reader.fetch(`${pathname}?${searchParams}`))
    }
    const reader = browser()
    const { pathname, search } = await authorized(reader)
    const replay = reader.twin()
    expect((await reader.fetch(`${pathname}${search}`)).status).toBe(302)
    expect(reader.jar.has(session)).toBe(true)
    await expectRefused(replay, await replay.fetch(`${pathname}${search}`))
  })

  it('with an error code of the provider’s own leads to the page that shows it', async () => {
    for (const code of ['login-required', 'https://provider.example/errors/7', '☃']) {
      const reader = browser()
      const query = new URLSearchParams({ error: code, state: 'x' })
      await expectRefused(reader, await reader.fetch(`/api/auth/callback/oidc?${query}`))
    }
  })

  it('makes the provider answer one address 30 times in a quarter of an hour', async () => {
    const from = (address: string) => {
      const headers = { 'x-forwarded-for': address }
      return visitor(site).fetch('/api/auth/callback/oidc?code=a&state=b', { headers })
    }
    const answers = await Promise.all(Array.from({ length: 40 }, () => from('203.0.113.9')))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).toHaveLength(10)
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await from('203.0.113.10')).status).toBe(302)
  })
})

it('a provider that cannot be reached is an answer to the reader, and a line in the log', async () => {
  const { site: other } = await siteWithOperator()
  const answer = await proofVisitor(other).step('provider', { provider: 'oidc' })
  expect([answer.status, await answer.json()]).toMatchObject([503, { problem: 'provider_failed' }])
  await until(() => other.log().includes('"provider_failed","code":"oidc ECONNREFUSED"'))
})
