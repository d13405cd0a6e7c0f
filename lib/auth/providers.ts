import 'server-only'
import type { NextAuthOptions } from 'next-auth'
import Apple from 'next-auth/providers/apple'
import Facebook from 'next-auth/providers/facebook'
import Google from 'next-auth/providers/google'
import type { OAuthConfig, TokenEndpointHandler } from 'next-auth/providers/index'
import { env, type SignInSettings } from '../env/server'
import { appleClientSecret } from './apple-secret'
import type { Claims } from './claims'
import { cookieName } from './cookie-names'
import { issuerTraits } from './issuers'
import { acceptUsualAlgorithms, openIdClaims } from './openid-responses'

export type IdentityProviderId = 'google' | 'apple' | 'facebook' | 'oidc'

type Settings<Id extends IdentityProviderId> = NonNullable<SignInSettings[Id]>
type IdentityProvider = OAuthConfig<Claims>

/** How long, in ms, a provider may be silent before a sign-in is given up. */
const httpOptions = { timeout: 4000 }

/**
 * Only a code signs in. next-auth does not say which response it expects, and openid-client then takes an
 * access token out of the callback's own address, though another site may have got it: whoever runs that
 * site could come in as any of its readers.
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
 * Apple documents `state` and `nonce`, and no PKCE; with a scope it answers by `form_post` only.
 *
 * @see https://developer.apple.com/documentation/signinwithapplerestapi/request-an-authorization-to-the-sign-in-with-apple-server.
 */
const apple = (settings: Settings<'apple'>): IdentityProvider =>
  Apple({
    clientId: settings.id,
    // None of openid-client's own ways: the secret is made when a code is redeemed.
    clientSecret: '',
    client: { token_endpoint_auth_method: 'none' },
    authorization: { params: { scope: 'email', response_mode: 'form_post' } },
    checks: ['state', 'nonce'],
    token: codeOnly(() => appleClientSecret(settings)),
    profile: subject,
    httpOptions,
  }) as unknown as IdentityProvider

/**
 * Plain OAuth 2, where there is no id_token to carry a nonce. Facebook documents PKCE for its OpenID
 * Connect flow alone, which it calls a test, so `state` and the app secret protect this one.
 *
 * @see https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow
 * @see https://developers.facebook.com/docs/facebook-login/guides/advanced/oidc-token
 */
const facebook = ({ id, secret }: Settings<'facebook'>): IdentityProvider =>
  Facebook({
    clientId: id,
    clientSecret: secret,
    // The parameters as documented; openid-client would send a Basic header.
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
 * Any issuer with a discovery document. Many put the e-mail at their userinfo endpoint only, as the
 * standard has it for the code flow, so both are asked.
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
  // The same subject at another issuer is another account; a space is in neither.
  profile: ({ iss, sub }) => ({ id: `${iss} ${sub}` }),
  httpOptions,
})

/**
 * The providers that are configured, for next-auth. Each asks for no more than an address, and hands its
 * raw claims to the `jwt` callback; a profile holds the account's id and nothing else.
 */
export function identityProviders(settings: SignInSettings): IdentityProvider[] {
  return [
    settings.google && google(settings.google),
    settings.apple && apple(settings.apple),
    settings.facebook && facebook(settings.facebook),
    settings.oidc && oidc(settings.oidc),
  ].filter((provider) => provider !== null)
}

/** What the sign-in page offers, in its order. */
export function offeredProviders(settings: SignInSettings): { id: IdentityProviderId; name: string }[] {
  return identityProviders(settings).map(({ id, name }) => ({ id: id as IdentityProviderId, name }))
}

/** How long a reader may be away at a provider, seconds. */
const flowSeconds = 15 * 60

/**
 * next-auth's cookies, under the names of `cookie-names.ts`. Apple answers by a POST from its own site, to which a
 * browser sends no `Lax` cookie: while Apple is on, the callback URL is `SameSite=None` for every provider, because it
 * is not set again when it is the same as at an earlier try with another one; so are the state and nonce of Apple
 * itself. Apple being on, the site is on https.
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
