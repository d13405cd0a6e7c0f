import { beforeEach, describe, expect, it } from 'vitest'
import { acceptedAlgorithm } from '#lib/auth/openid-responses.ts'
import { identityProviders, nextAuthCookies, offeredProviders } from '#lib/auth/providers.ts'
import type { SignInSettings } from '#lib/env/env.ts'
import { becomeSite } from '../../support/server-env.ts'

const none: SignInSettings = { google: null, apple: null, facebook: null, oidc: null, mail: null }
const all: SignInSettings = {
  ...none,
  google: { id: 'google-id', secret: 'google-secret' },
  apple: { id: 'com.example', team: 'team', keyId: 'key', privateKey: 'pem' },
  facebook: { id: 'facebook-id', secret: 'facebook-secret' },
  oidc: { id: 'oidc-id', secret: 'oidc-secret', issuer: 'https://issuer.example', name: 'Example ID' },
}

/** With next-auth's defaults for each provider, merged with our options. */
const parsed = (settings: SignInSettings) =>
  Object.fromEntries(
    identityProviders(settings).map((provider) => [
      provider.id,
      { ...provider, ...provider.options } as unknown as Parsed,
    ]),
  )
interface Parsed {
  checks: string[]
  wellKnown?: string
  authorization: string | { params: Record<string, string> }
  userinfo?: { request?(context: object): Promise<object>; params?: object }
  token: { request?: unknown }
  httpOptions: { timeout: number }
  profile(claims: object): object
}

describe('the providers', () => {
  it('are the configured ones, in the order of the sign-in page', () => {
    expect(offeredProviders(none)).toEqual([])
    expect(offeredProviders(all)).toEqual([
      { id: 'google', name: 'Google' },
      { id: 'apple', name: 'Apple' },
      { id: 'facebook', name: 'Facebook' },
      { id: 'oidc', name: 'Example ID' },
    ])
    expect(offeredProviders({ ...none, facebook: all.facebook })).toEqual([
      { id: 'facebook', name: 'Facebook' },
    ])
  })

  it('use all checks that they support', () => {
    const checks = Object.values(parsed(all)).map(({ checks }) => checks.join(' '))
    expect(checks).toEqual(['pkce state nonce', 'state nonce', 'state', 'pkce state nonce'])
  })

  it('do not check a nonce for OpenPass, whose documentation has none', () => {
    for (const issuer of ['https://auth.myopenpass.com', 'https://auth.myopenpass.com/']) {
      const { oidc } = parsed({ ...none, oidc: { ...all.oidc, issuer } as SignInSettings['oidc'] })
      expect(oidc?.checks).toEqual(['pkce', 'state'])
    }
  })

  it('are not asked for names or pictures', () => {
    const scopes = Object.values(parsed(all)).map(({ authorization }) =>
      typeof authorization === 'string'
        ? new URL(authorization).searchParams.get('scope')
        : authorization.params.scope,
    )
    expect(scopes).toEqual(['openid email', 'email', 'email', 'openid email phone'])
    expect(parsed(all).facebook?.userinfo?.params).toEqual({ fields: 'id,email' })
  })

  it('have a time limit, and redeem codes with our function', () => {
    for (const [id, { httpOptions, token }] of Object.entries(parsed(all))) {
      expect(httpOptions.timeout, id).toBeLessThanOrEqual(5000)
      expect(token.request, id).toBeTypeOf('function')
    }
  })

  it('return only the id of an account', () => {
    const claims = {
      sub: 's',
      id: 'i',
      iss: 'https://issuer.example',
      name: 'Jane',
      email: 'jane@example.com',
    }
    const profiles = Object.entries(parsed(all)).map(([id, provider]) => [id, provider.profile(claims)])
    expect(Object.fromEntries(profiles)).toEqual({
      google: { id: 's' },
      apple: { id: 's' },
      facebook: { id: 'i' },
      oidc: { id: 'https://issuer.example s' },
    })
  })
})

describe('an OpenID provider', () => {
  it.each(['https://issuer.example', 'https://issuer.example/', 'https://issuer.example//'])(
    'is found at its issuer URL %s',
    (issuer) => {
      const settings = { ...none, oidc: { id: 'i', secret: 's', name: 'n', issuer } }
      expect(parsed(settings).oidc?.wellKnown).toBe('https://issuer.example/.well-known/openid-configuration')
    },
  )

  it('keeps the path of its issuer URL', () => {
    const issuer = 'https://issuer.example/tenant/v2.0'
    const settings = { ...none, oidc: { id: 'i', secret: 's', name: 'n', issuer } }
    expect(parsed(settings).oidc?.wellKnown).toBe(`${issuer}/.well-known/openid-configuration`)
  })

  const who = { iss: 'https://issuer.example', sub: '1' }
  const proved = { email: 'jane@example.com', email_verified: true }
  const endpoint = { userinfo_endpoint: 'https://issuer.example/me' }
  const claimsOf = (metadata: object, userinfo: () => Promise<object>, idToken: object = who) => {
    const tokens = { claims: () => idToken }
    return parsed(all).oidc?.userinfo?.request?.({ client: { issuer: { metadata }, userinfo }, tokens })
  }

  it('is asked for its userinfo when it has that endpoint', async () => {
    expect(await claimsOf(endpoint, async () => ({ sub: '1', ...proved }))).toEqual({ ...who, ...proved })
    expect(await claimsOf({}, () => Promise.reject(new Error('not to be called')))).toEqual(who)
  })

  it('with a failing userinfo does not sign in: an address may be missing', async () => {
    const fails = () => Promise.reject(new Error('expected 200 OK, got: 404 Not Found'))
    for (const idToken of [
      who,
      { ...who, email: 'jane@example.com' },
      { ...who, ...proved, email_verified: false },
    ])
      await expect(claimsOf(endpoint, fails, idToken)).rejects.toMatchObject({ code: 'userinfo http_404' })
  })

  it('with a failing userinfo signs in when the id_token has a verified address', async () => {
    const fails = () => Promise.reject(new Error('expected 200 OK, got: 403 Forbidden'))
    expect(await claimsOf(endpoint, fails, { ...who, ...proved })).toEqual({ ...who, ...proved })
  })

  it('with the userinfo of another subject does not sign in, whatever the id_token contains', async () => {
    const other = () => Promise.reject(new Error('userinfo sub mismatch, expected 1, got: canary'))
    await expect(claimsOf(endpoint, other, { ...who, ...proved })).rejects.toMatchObject({
      code: 'userinfo other_subject',
    })
  })
})

describe('the algorithm of a JWT', () => {
  const jwt = (header: unknown) => `${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.sig`

  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    'may be %s',
    (alg) => expect(acceptedAlgorithm(jwt({ alg }))).toBe(alg),
  )

  it.each([
    { alg: 'none' },
    { alg: 'HS256' },
    { alg: 'HS512' },
    { alg: 'rs256' },
    { alg: ['RS256'] },
    {},
    null,
  ])('may not be that of %j', (header) => expect(acceptedAlgorithm(jwt(header))).toBeUndefined())

  it.each(['', '.', 'e30', '{}', 'a.b.c'])('is unknown for “%s”, which is no JWT', (text) => {
    expect(acceptedAlgorithm(text)).toBeUndefined()
  })
})

describe('the cookies of a sign-in', () => {
  const flow = ['callbackUrl', 'state', 'nonce', 'pkceCodeVerifier'] as const
  const crossSite = (settings: SignInSettings, id: string | undefined) => {
    const cookies = nextAuthCookies(settings, id)
    return flow.filter((cookie) => cookies[cookie]?.options.sameSite === 'none')
  }
  beforeEach(() => {
    becomeSite({ NEXTAUTH_SECRET: 's'.repeat(32), NEXTAUTH_URL: 'https://localhost:3000' })
  })

  it('have names of the site’s own, with __Host- on https, for the whole site, HttpOnly and Secure (S20)', () => {
    const cookies = Object.values(nextAuthCookies(all, 'apple'))
    expect(cookies).toHaveLength(6)
    for (const { name, options } of cookies) {
      expect(name).toMatch(/^__Host-lantern-[a-z-]+$/)
      expect(options).toMatchObject({ httpOnly: true, secure: true, path: '/' })
      expect(options).not.toHaveProperty('domain')
    }
  })

  it('are same-site without Apple', () => {
    for (const id of ['google', 'apple', undefined])
      expect(crossSite({ ...all, apple: null }, id)).toEqual([])
  })

  it('are cross-site for Apple; the callback URL for every provider, because it is not set each time', () => {
    for (const id of ['google', 'facebook', 'oidc', 'demo', undefined])
      expect(crossSite(all, id), id).toEqual(['callbackUrl'])
    expect(crossSite(all, 'apple')).toEqual(['callbackUrl', 'state', 'nonce'])
  })
})
