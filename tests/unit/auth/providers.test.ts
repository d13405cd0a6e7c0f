import { describe, expect, it } from 'vitest'
import { flowCookies, identityProviders, offeredProviders } from '#lib/auth/providers.ts'
import type { SignInSettings } from '#lib/env/server.ts'

const none: SignInSettings = { google: null, apple: null, facebook: null, oidc: null, mail: null }
const all: SignInSettings = {
  ...none,
  google: { id: 'google-id', secret: 'google-secret' },
  apple: { id: 'com.example', team: 'team', keyId: 'key', privateKey: 'pem' },
  facebook: { id: 'facebook-id', secret: 'facebook-secret' },
  oidc: { id: 'oidc-id', secret: 'oidc-secret', issuer: 'https://issuer.example', name: 'Example ID' },
}

/** With next-auth's defaults for each, over which it lays our options. */
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
  it('are those that are configured, in the order of the sign-in page', () => {
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

  it('are checked by all that each of them supports', () => {
    const checks = Object.values(parsed(all)).map(({ checks }) => checks.join(' '))
    expect(checks).toEqual(['pkce state nonce', 'state nonce', 'state', 'pkce state nonce'])
  })

  it('OpenPass, whose documentation has no nonce, is not held to one', () => {
    for (const issuer of ['https://auth.myopenpass.com', 'https://auth.myopenpass.com/']) {
      const { oidc } = parsed({ ...none, oidc: { ...all.oidc, issuer } as SignInSettings['oidc'] })
      expect(oidc?.checks).toEqual(['pkce', 'state'])
    }
  })

  it('are asked for no name and no picture', () => {
    const scopes = Object.values(parsed(all)).map(({ authorization }) =>
      typeof authorization === 'string'
        ? new URL(authorization).searchParams.get('scope')
        : authorization.params.scope,
    )
    expect(scopes).toEqual(['openid email', 'email', 'email', 'openid email phone'])
    expect(parsed(all).facebook?.userinfo?.params).toEqual({ fields: 'id,email' })
  })

  it('have only so much time, and redeem codes our way', () => {
    for (const [id, { httpOptions, token }] of Object.entries(parsed(all))) {
      expect(httpOptions.timeout, id).toBeLessThanOrEqual(5000)
      expect(token.request, id).toBeTypeOf('function')
    }
  })

  it('make of their claims an account’s id and nothing else', () => {
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
    'is found by its issuer URL %s',
    (issuer) => {
      const settings = { ...none, oidc: { id: 'i', secret: 's', name: 'n', issuer } }
      expect(parsed(settings).oidc?.wellKnown).toBe('https://issuer.example/.well-known/openid-configuration')
    },
  )

  it('has a path in its issuer URL as it is', () => {
    const issuer = 'https://issuer.example/tenant/v2.0'
    const settings = { ...none, oidc: { id: 'i', secret: 's', name: 'n', issuer } }
    expect(parsed(settings).oidc?.wellKnown).toBe(`${issuer}/.well-known/openid-configuration`)
  })

  const ask = (metadata: object, userinfo: () => Promise<object>) => {
    const tokens = { claims: () => ({ iss: 'https://issuer.example', sub: '1' }) }
    return parsed(all).oidc?.userinfo?.request?.({ client: { issuer: { metadata }, userinfo }, tokens })
  }

  it('is asked for its userinfo where it has that endpoint', async () => {
    const known = { iss: 'https://issuer.example', sub: '1' }
    const told = { sub: '1', email: 'jane@example.com', email_verified: true }
    const endpoint = { userinfo_endpoint: 'https://issuer.example/me' }
    expect(await ask(endpoint, async () => told)).toEqual({ ...known, ...told })
    expect(await ask({}, () => Promise.reject(new Error('not to be called')))).toEqual(known)
  })

  it('whose userinfo fails signs nobody in: without it an address may be missing', async () => {
    const endpoint = { userinfo_endpoint: 'https://issuer.example/me' }
    await expect(ask(endpoint, () => Promise.reject(new Error('down')))).rejects.toThrow('down')
  })
})

describe('the cookies of a sign-in', () => {
  it('are next-auth’s own without Apple', () => {
    expect(flowCookies({ ...all, apple: null }, 'google')).toEqual({})
    expect(flowCookies({ ...all, apple: null }, 'apple')).toEqual({})
  })

  it('cross sites for Apple; the callback URL for every provider, because it is not set each time', () => {
    const options = { httpOnly: true, sameSite: 'none', path: '/', secure: true }
    const callbackUrl = { name: '__Secure-next-auth.callback-url', options }
    for (const id of ['google', 'facebook', 'oidc', 'demo', undefined])
      expect(flowCookies(all, id), id).toEqual({ callbackUrl })
    expect(flowCookies(all, 'apple')).toEqual({
      callbackUrl,
      state: { name: '__Secure-next-auth.state', options: { ...options, maxAge: 900 } },
      nonce: { name: '__Secure-next-auth.nonce', options: { ...options, maxAge: 900 } },
    })
  })
})
