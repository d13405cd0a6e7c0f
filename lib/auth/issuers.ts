import 'server-only'

/** How an OpenID issuer differs from what the standard lets one expect. */
interface Issuer {
  /** Its documentation knows no `nonce`, and may send none back; PKCE and state guard the way back. */
  withoutNonce: boolean
  /** No `email_verified`, because each sign-in proves the address anew. */
  provesAddresses: boolean
}

/**
 * OpenPass: readers prove their address by a one-time password at each sign-in, PKCE and state are required,
 * `nonce` and `email_verified` are in neither its requests nor its id_token.
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
