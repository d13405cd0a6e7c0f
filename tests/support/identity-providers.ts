import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import type { Claims } from '#lib/auth/claims.ts'

export type StandInId = 'google' | 'apple' | 'facebook'

/** The request of a browser that returns to the site. */
export interface CallbackRequest {
  method: 'GET' | 'POST'
  path: string
  parameters: URLSearchParams
}

export interface IdentityProviders {
  /** Environment variables that make the site use the stand-ins as Google, Apple and Facebook. */
  env: Record<string, string>
  /** Signs an account in, as the provider's page at `url` would. `change` simulates a faulty provider. */
  authorize(url: URL, claims: Claims, change?: { nonce?: string; stops?: boolean }): CallbackRequest
  /** An access token that Facebook issued to another app for this account. */
  tokenOfAnotherApp(claims: Claims): string
  /** The fault of each code that was not redeemed. */
  refusals: string[]
  close(): Promise<void>
}

/** Status and body, or null for a response that never ends. */
type Answer = [status: number, body: object] | null

interface Grant {
  provider: StandInId
  claims: Claims
  redirectUri: string
  nonce: string | undefined
  challenge: string | undefined
  /** The response to the code stops in the middle. */
  stops: boolean
}

const ids: Record<StandInId, string> = {
  google: '1234987819200.apps.googleusercontent.com',
  apple: 'com.example.lantern',
  facebook: '1234567890123456',
}
const secrets = { google: 'GOCSPX-of-the-stand-in', facebook: 'app-secret-of-the-stand-in' }
const team = 'TEAM123456'
const keyId = 'KEY1234567'

/** The parts of each discovery document that clients use. */
const discovery: Record<string, object> = {
  // https://developers.google.com/identity/openid-connect/reference#discovery-document
  'accounts.google.com/.well-known/openid-configuration': {
    issuer: 'https://accounts.google.com',
    authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    token_endpoint: 'https://oauth2.googleapis.com/token',
    userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
    jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    code_challenge_methods_supported: ['plain', 'S256'],
  },
  // https://developer.apple.com/documentation/signinwithapplerestapi
  'appleid.apple.com/.well-known/openid-configuration': {
    issuer: 'https://appleid.apple.com',
    authorization_endpoint: 'https://appleid.apple.com/auth/authorize',
    token_endpoint: 'https://appleid.apple.com/auth/token',
    jwks_uri: 'https://appleid.apple.com/auth/keys',
    response_modes_supported: ['query', 'fragment', 'form_post'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  },
}
const authorizations: Record<string, StandInId> = {
  'accounts.google.com/o/oauth2/v2/auth': 'google',
  'appleid.apple.com/auth/authorize': 'apple',
  'www.facebook.com/v25.0/dialog/oauth': 'facebook',
}
const tokenEndpoints: Record<string, StandInId> = {
  'oauth2.googleapis.com/token': 'google',
  'appleid.apple.com/auth/token': 'apple',
  'graph.facebook.com/oauth/access_token': 'facebook',
}
const issuers: Partial<Record<StandInId, string>> = {
  google: 'https://accounts.google.com',
  apple: 'https://appleid.apple.com',
}
const keySets = new Set(['www.googleapis.com/oauth2/v3/certs', 'appleid.apple.com/auth/keys'])
const places = [...Object.keys(discovery), ...Object.keys(tokenEndpoints), ...keySets]
const hosts = [...new Set(places.map((place) => place.split('/')[0]))]

const random = () => randomBytes(24).toString('base64url')

/** Stand-ins for Google, Apple and Facebook, with the checks that they make. */
export async function startIdentityProviders(): Promise<IdentityProviders> {
  const signing = await generateKeyPair('RS256')
  const jwks = { keys: [{ ...(await exportJWK(signing.publicKey)), kid: 'k', use: 'sig', alg: 'RS256' }] }
  const appleKey = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const codes = new Map<string, Grant>()
  const tokens = new Map<string, Claims>()
  const refusals: string[] = []

  /** https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret */
  const isApplesSecret = (secret: string) =>
    jwtVerify(secret, appleKey.publicKey, {
      algorithms: ['ES256'],
      issuer: team,
      subject: ids.apple,
      audience: 'https://appleid.apple.com',
      requiredClaims: ['iat', 'exp'],
    }).then(
      ({ protectedHeader }) => protectedHeader.kid === keyId,
      () => false,
    )

  /** Why a code is not redeemed. */
  async function faultOf(id: StandInId, form: URLSearchParams, basic: string, grant: Grant | undefined) {
    const field = (name: string) => form.get(name) ?? ''
    const header = Buffer.from(basic.replace(/^Basic /, ''), 'base64')
      .toString()
      .split(':')
    const inHeader = id === 'google' && basic !== ''
    const [client, secret = ''] = inHeader ? header : [field('client_id'), field('client_secret')]
    if (client !== ids[id]) return 'client_id'
    if (!(id === 'apple' ? await isApplesSecret(secret) : secret === secrets[id])) return 'client_secret'
    if (field('grant_type') !== 'authorization_code') return 'grant_type'
    if (grant?.provider !== id) return 'code'
    if (field('redirect_uri') !== grant.redirectUri) return 'redirect_uri'
    const challenge = createHash('sha256').update(field('code_verifier')).digest('base64url')
    return grant.challenge === undefined || grant.challenge === challenge ? null : 'code_verifier'
  }

  async function redeem(id: StandInId, form: URLSearchParams, basic: string): Promise<Answer> {
    const code = form.get('code') ?? ''
    const grant = codes.get(code)
    const fault = await faultOf(id, form, basic, grant)
    if (fault !== null || !grant) {
      refusals.push(`${id}: ${fault}`)
      return [400, { error: fault === 'client_secret' ? 'invalid_client' : 'invalid_grant' }]
    }
    codes.delete(code)
    if (grant.stops) return null
    const accessToken = random()
    tokens.set(accessToken, grant.claims)
    const answer = { access_token: accessToken, token_type: 'Bearer', expires_in: 3600 }
    if (id === 'facebook') return [200, answer]
    const idToken = await new SignJWT({ ...grant.claims, nonce: grant.nonce })
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer(issuers[id] ?? '')
      .setAudience(ids[id])
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(signing.privateKey)
    return [200, { ...answer, id_token: idToken }]
  }

  /** Facebook returns `id` and those requested fields that exist. */
  function me(request: IncomingMessage, query: URLSearchParams): Answer {
    const claims = tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''))
    if (!claims) return [400, { error: { type: 'OAuthException', code: 190 } }]
    const fields = ['id', ...(query.get('fields') ?? '').split(',')]
    return [200, Object.fromEntries(Object.entries(claims).filter(([name]) => fields.includes(name)))]
  }

  async function answer(request: IncomingMessage): Promise<Answer> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'https://stand-in')
    const place = `${request.headers.host}${pathname}`
    if (place in discovery) return [200, discovery[place] ?? {}]
    if (keySets.has(place)) return [200, jwks]
    const id = tokenEndpoints[place]
    if (id) return redeem(id, new URLSearchParams(await text(request)), request.headers.authorization ?? '')
    return place === 'graph.facebook.com/me' ? me(request, searchParams) : [404, {}]
  }

  const server = createServer(async (request, response) => {
    const [status, body] = (await answer(request)) ?? [200]
    response.writeHead(status, { 'content-type': 'application/json' })
    if (body) response.end(JSON.stringify(body))
    else response.write('{')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    env: {
      NODE_OPTIONS: `--import=${new URL('redirect-to-stand-ins.mjs', import.meta.url).href}`,
      STAND_IN_PORT: String((server.address() as AddressInfo).port),
      STAND_IN_HOSTS: hosts.join(','),
      AUTH_GOOGLE_ID: ids.google,
      AUTH_GOOGLE_SECRET: secrets.google,
      AUTH_FACEBOOK_ID: ids.facebook,
      AUTH_FACEBOOK_SECRET: secrets.facebook,
      AUTH_APPLE_ID: ids.apple,
      AUTH_APPLE_TEAM: team,
      AUTH_APPLE_KEY_ID: keyId,
      AUTH_APPLE_PRIVATE_KEY: appleKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
    authorize(url, claims, change = {}) {
      const provider = authorizations[`${url.host}${url.pathname}`]
      const query = url.searchParams
      if (!provider || query.get('client_id') !== ids[provider] || query.get('response_type') !== 'code')
        throw new Error(`There is no stand-in for ${url.origin}${url.pathname}`)
      // Apple rejects a scope without form_post.
      const posts = query.get('response_mode') === 'form_post'
      if (provider === 'apple' && query.get('scope') && !posts) throw new Error('response_mode')
      const code = random()
      codes.set(code, {
        provider,
        claims,
        redirectUri: query.get('redirect_uri') ?? '',
        nonce: change.nonce ?? query.get('nonce') ?? undefined,
        challenge: query.get('code_challenge') ?? undefined,
        stops: change.stops ?? false,
      })
      return {
        method: posts ? 'POST' : 'GET',
        path: new URL(query.get('redirect_uri') ?? '').pathname,
        parameters: new URLSearchParams({ code, state: query.get('state') ?? '' }),
      }
    },
    tokenOfAnotherApp(claims) {
      const token = random()
      tokens.set(token, claims)
      return token
    },
    refusals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
