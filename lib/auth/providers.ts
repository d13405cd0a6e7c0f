import 'server-only'
import type { NextAuthOptions } from 'next-auth'
import Apple from 'next-auth/providers/apple'
import Facebook from 'next-auth/providers/facebook'
import Google from 'next-auth/providers/google'
import type { OAuthConfig, TokenEndpointHandler } from 'next-auth/providers/index'
import { env, type SignInSettings } from '../env/env'
import { appleClientSecret } from './apple-secret'
import type { Claims } from './claims'
import { cookieName } from './cookie-names'
import { issuerTraits } from './issuers'
import { acceptUsualAlgorithms, openIdClaims } from './openid-responses'

export type IdentityProviderId = 'google' | 'apple' | 'facebook' | 'oidc'

type Settings<Id extends IdentityProviderId> = NonNullable<SignInSettings[Id]>
type IdentityProvider = OAuthConfig<Claims>

/** How long, in ms, a provider may stay silent before a sign-in fails. */
const httpOptions = { timeout: 4000 }

/**
 * Accepts only an authorization code. next-auth does not set the expected response type, so openid-client
 * would accept an access token in the callback URL, even one issued to another site: the owner of that site
 * could sign in as any of its readers.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-10.16
 */
const codeOnly = (clientSecret?: () => Promise<string>): TokenEndpointHandler => ({
  async request({ client, provider, params, checks }) {
    const expected = { ...checks, response_type: 'code' }
    const extras = clientSecret && { exchangeBody: { client_secret: await clientSecret() } }
    if (provider.id === 'oidc') acceptUsualAlgorithms(client)
    const tokens = provider.idToken
      ? await client.callback(provider.callbackUrl, params, expected, extras)
      : await client.oauthCallback(provider.callbackUrl, params, expected, extras)
    return { tokens }
  },
})

const subject = (claims: Claims) => ({ id: String(claims.sub ?? '') })

/**
 * Google documents all three checks.
 *
 * @see https://developers.google.com/identity/openid-connect/openid-connect#authenticationuriparameters
 * @see https://developers.google.com/identity/openid-connect/reference#discovery-document (`code_challenge_methods_supported`)
 */
const google = ({ id, secret }: Settings<'google'>): IdentityProvider =>
  Google({
    clientId: id,
    clientSecret: secret,
    authorization: { params: { scope: 'openid email' } },
    checks: ['pkce', 'state', 'nonce'],
    token: codeOnly(),
    profile: subject,
    httpOptions,
  }) as unknown as IdentityProvider

/**
 * Apple documents `state` and `nonce`, but no PKCE. With a scope it responds only by `form_post`.
 *
 * @see https://developer.apple.com/documentation/signinwithapplerestapi/request-an-authorization-to-the-sign-in-with-apple-server.
 */
const apple = (settings: Settings<'apple'>): IdentityProvider =>
  Apple({
    clientId: settings.id,
    // No client authentication by openid-client: the secret is made when a code is redeemed.
    clientSecret: '',
    client: { token_endpoint_auth_method: 'none' },
    authorization: { params: { scope: 'email', response_mode: 'form_post' } },
    checks: ['state', 'nonce'],
    token: codeOnly(() => appleClientSecret(settings)),
    profile: subject,
    httpOptions,
  }) as unknown as IdentityProvider

/**
 * Plain OAuth 2, without an id_token that could carry a nonce. Facebook documents PKCE only for its OpenID
 * Connect flow, which it calls a test. So `state` and the app secret protect this one.
 *
 * @see https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
 * @see https://developers.facebook.com/docs/facebook-login/guides/advanced/oidc-token
 */
const facebook = ({ id, secret }: Settings<'facebook'>): IdentityProvider =>
  Facebook({
    clientId: id,
    clientSecret: secret,
    // Sends the secret as a parameter, as documented. openid-client's default is a Basic header.
    client: { token_endpoint_auth_method: 'client_secret_post' },
    authorization: 'https://www.facebook.com/v25.0/dialog/oauth?scope=email',
    userinfo: { params: { fields: 'id,email' } },
    checks: ['state'],
    token: codeOnly(),
    profile: (claims: Claims) => ({ id: String(claims.id ?? '') }),
    httpOptions,
  }) as unknown as IdentityProvider

const baseOf = (issuer: string): string => issuer.replace(/\/+$/, '')

/**
 * Any issuer with a discovery document. Many return the e-mail only from their userinfo endpoint, which the
 * standard allows for the code flow, so both sources are read.
 *
 * @see https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationRequest
 */
const oidc = ({ issuer, id, secret, name }: Settings<'oidc'>): IdentityProvider => ({
  id: 'oidc',
  name,
  type: 'oauth',
  wellKnown: `${baseOf(issuer)}/.well-known/openid-configuration`,
  clientId: id,
  clientSecret: secret,
  idToken: true,
  authorization: { params: { scope: 'openid email phone' } },
  checks: issuerTraits(baseOf(issuer)).withoutNonce ? ['pkce', 'state'] : ['pkce', 'state', 'nonce'],
  token: codeOnly(),
  userinfo: { request: openIdClaims },
  // The same subject at another issuer is another account. Neither value contains a space.
  profile: ({ iss, sub }) => ({ id: `${iss} ${sub}` }),
  httpOptions,
})

/**
 * The configured providers, for next-auth. Each asks only for an address and passes its raw claims to the
 * `jwt` callback. A profile holds only the account's id.
 */
export function identityProviders(settings: SignInSettings): IdentityProvider[] {
  return [
    settings.google && google(settings.google),
    settings.apple && apple(settings.apple),
    settings.facebook && facebook(settings.facebook),
    settings.oidc && oidc(settings.oidc),
  ].filter((provider) => provider !== null)
}

/** The providers on the sign-in page, in order. */
export function offeredProviders(settings: SignInSettings): { id: IdentityProviderId; name: string }[] {
  return identityProviders(settings).map(({ id, name }) => ({ id: id as IdentityProviderId, name }))
}

/** How long a reader may stay at a provider, seconds. */
const flowSeconds = 15 * 60

/**
 * next-auth's cookies, under the names of `cookie-names.ts`. Apple responds with a POST from its own site,
 * and browsers send no `Lax` cookie with that. So the state and nonce of a sign-in with Apple are
 * `SameSite=None`. While Apple is on, so is the callback URL for every provider, because next-auth does not
 * set it again when it is the same as for an earlier provider. A site with Apple is always on https.
 */
export function nextAuthCookies(
  { apple }: SignInSettings,
  providerId: string | undefined,
): NonNullable<NextAuthOptions['cookies']> {
  const cookie = (name: Parameters<typeof cookieName>[0], crossSite = false, maxAge?: number) => ({
    name: cookieName(name),
    options: {
      httpOnly: true,
      sameSite: crossSite ? ('none' as const) : ('lax' as const),
      path: '/',
      secure: env().secureCookies,
      ...(maxAge !== undefined && { maxAge }),
    },
  })
  const atApple = apple !== null && providerId === 'apple'
  return {
    sessionToken: cookie('session'),
    csrfToken: cookie('csrf'),
    callbackUrl: cookie('callbackUrl', apple !== null),
    pkceCodeVerifier: cookie('pkce', false, flowSeconds),
    state: cookie('state', atApple, flowSeconds),
    nonce: cookie('nonce', atApple, flowSeconds),
  }
}
