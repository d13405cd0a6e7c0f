import 'server-only'

/** How an OpenID issuer differs from the standard. */
interface Issuer {
  /** It does not document `nonce` and may not return one. PKCE and state protect the callback. */
  withoutNonce: boolean
  /** It sends no `email_verified`, because each sign-in proves the address again. */
  provesAddresses: boolean
}

/**
 * OpenPass: readers prove their address by a one-time password at each sign-in. PKCE and state are required.
 * Its requests and its id_token have neither `nonce` nor `email_verified`.
 *
 * @see https://github.com/openpass-sso/openpass-docs-external/blob/main/README.md
 * @see https://github.com/openpass-sso/openpass-docs-external/blob/main/info/tokens-auth.md
 */
const openPass: Issuer = { withoutNonce: true, provesAddresses: true }

const issuers = new Map<unknown, Issuer>([
  ['https://auth.myopenpass.com', openPass],
  ['https://auth.stg.myopenpass.com', openPass],
])

const standard: Issuer = { withoutNonce: false, provesAddresses: false }

/** `issuer`: as configured, or the checked `iss` of an id_token. */
export const issuerTraits = (issuer: unknown): Issuer => issuers.get(issuer) ?? standard
