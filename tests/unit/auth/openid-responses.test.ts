import { createHash, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { openIdClaims } from '#lib/auth/openid-responses.ts'
import { providerFault } from '#lib/auth/provider-fault.ts'
import { identityProviders } from '#lib/auth/providers.ts'
import { type Answers, type RunningOidcProvider, startOidcProvider } from '../../../scripts/oidc/provider.ts'
import { chooseAccount } from '../../support/provider-visitor.ts'

/** The parts of next-auth's openid-client that are used here. */
interface Client {
  authorizationUrl(parameters: object): string
  callbackParams(url: string): object
}
interface Issuer {
  Client: new (metadata: object) => Client
}
interface Provider {
  wellKnown: string
  token: { request(context: object): Promise<{ tokens: object }> }
  userinfo: { request(context: object): Promise<Record<string, unknown>> }
}

const { Issuer, custom } = createRequire(createRequire(import.meta.url).resolve('next-auth'))(
  'openid-client',
) as {
  Issuer: { discover(url: string): Promise<Issuer> }
  custom: { clock_tolerance: symbol }
}
const redirectUri = 'http://localhost:3000/api/auth/callback/oidc'
const addresses: Record<'userinfo' | 'id_token', RunningOidcProvider | undefined> = {
  userinfo: undefined,
  id_token: undefined,
}

const logged = vi.hoisted(() => [] as string[])
vi.mock('#lib/observe/log.ts', () => ({
  logEvent: (_: string, event: string, { code }: { code?: string }) => logged.push(`${event} ${code}`),
}))
beforeAll(async () => {
  for (const claimsIn of ['userinfo', 'id_token'] as const)
    addresses[claimsIn] = await startOidcProvider({ redirectUris: [redirectUri], claimsIn })
})
afterEach(() => {
  logged.length = 0
})
afterAll(async () => {
  for (const provider of Object.values(addresses)) await provider?.stop()
})

/**
 * The result of a sign-in with a verified address, in the steps of next-auth: the address, or the code for
 * the log. The provider is a real one.
 */
async function signIn(
  answers: Answers,
  addressIn: keyof typeof addresses = 'userinfo',
  clockTolerance = 10,
): Promise<unknown> {
  const provider = addresses[addressIn]
  if (!provider) throw new Error('no provider')
  provider.setAnswers(answers)
  const { issuer, clientId, clientSecret } = provider
  const oidc = { issuer, id: clientId, secret: clientSecret, name: 'x' }
  const none = { google: null, apple: null, facebook: null, mail: null }
  const [settings] = identityProviders({ ...none, oidc }) as unknown as Provider[]
  if (!settings) throw new Error('no settings')
  const { Client } = await Issuer.discover(settings.wellKnown)
  const registered = { client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }
  const client = Object.assign(new Client(registered), { [custom.clock_tolerance]: clockTolerance })
  const verifier = randomBytes(32).toString('base64url')
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const scope = { scope: 'openid email phone', state: 's', nonce: 'n' }
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
  const back = await chooseAccount(new URL(client.authorizationUrl({ ...scope, ...pkce })), 'verified')
  try {
    const { tokens } = await settings.token.request({
      client,
      provider: { ...settings, callbackUrl: redirectUri },
      params: client.callbackParams(back.href),
      checks: { state: 's', nonce: 'n', code_verifier: verifier },
    })
    return (await settings.userinfo.request({ client, tokens })).email
  } catch (error) {
    return providerFault({ providerId: 'oidc', error })
  }
}

const address = 'vera@example.com'

describe('an id_token', () => {
  it.each([undefined, 'RS384', 'RS512', 'PS256', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const)(
    'signed with %s signs in',
    async (idToken) => {
      expect(await signIn(idToken ? { idToken } : {})).toBe(address)
    },
  )

  it.each(['RS256', 'ES256'] as const)(
    'signed with %s is checked against the clock, with next-auth’s tolerance',
    async (idToken) => {
      // As if it had expired: it is valid for ten minutes.
      expect(await signIn({ idToken }, 'userinfo', -700)).toBe('oidc jwt_time')
    },
  )

  it.each(['HS256', 'Ed25519'] as const)(
    'signed with %s does not sign in, and the log has the reason',
    async (idToken) => {
      expect(await signIn({ idToken })).toBe('oidc jwt_algorithm')
    },
  )
})

describe('userinfo', () => {
  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'] as const)(
    'as a JWT signed with %s is read',
    async (userinfo) => {
      expect(await signIn({ userinfo })).toBe(address)
      expect(await signIn({ userinfo, idToken: 'ES256' })).toBe(address)
    },
  )

  it.each([
    ['http_403', { status: 403 }],
    ['http_404', { status: 404 }],
    ['http_500', { status: 500 }],
    ['not_json', { status: 200, body: '<h1>Sign in</h1>' }],
    ['invalid_token', { status: 401, body: '{"error":"invalid_token"}' }],
    ['access_denied', { status: 403, body: '{"error":"access_denied"}' }],
  ])(
    'that fails is logged as %s, and stops only a sign-in without a verified address',
    async (code, userinfoFails) => {
      expect(await signIn({ userinfoFails })).toBe(`oidc userinfo ${code}`)
      expect(logged).toEqual([])
      expect(await signIn({ userinfoFails }, 'id_token')).toBe(address)
      expect(logged).toEqual([`userinfo_failed oidc userinfo ${code}`])
    },
  )

  it('that fails stops a sign-in with only a phone number: an e-mail address could be opted out', async () => {
    const client = {
      issuer: { metadata: { userinfo_endpoint: 'https://provider.example/userinfo' } },
      userinfo: () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' })),
    }
    const claims = (proved: object) => ({ claims: () => proved })
    const claimsFor = (proved: object) =>
      openIdClaims({ client, tokens: claims(proved) } as unknown as Parameters<typeof openIdClaims>[0])
    const phone = { phone_number: '+12345678901', phone_number_verified: true }
    await expect(claimsFor(phone)).rejects.toThrow('userinfo failed')
    const both = { ...phone, email: 'jane@example.com', email_verified: true }
    expect(await claimsFor(both)).toEqual(both)
  })
})
