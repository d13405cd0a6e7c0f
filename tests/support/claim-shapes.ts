import type { Claims } from '#lib/auth/claims.ts'

/**
 * Claims of Google, Apple and Facebook in their documented shapes. The stand-ins add `iss`, `aud`, `iat`,
 * `exp` and `nonce`.
 */
type Shapes = Record<string, Claims & ({ sub: string } | { id: string })>

/** @see https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload */
export const google = {
  gmail: { sub: '10769150350006150715113082367', email: 'jane.doe@gmail.com', email_verified: true },
  workspace: {
    sub: '10769150350006150715113082368',
    email: 'jane@example.com',
    email_verified: true,
    hd: 'example.com',
  },
  unverified: { sub: '10769150350006150715113082369', email: 'jane@example.net', email_verified: false },
} satisfies Shapes

/**
 * Both flags are a string or a boolean. Accounts of companies and schools may have no address or an
 * unverified one.
 *
 * @see https://developer.apple.com/documentation/sign_in_with_apple/sign_in_with_apple_rest_api/authenticating_users_with_sign_in_with_apple#3383773
 */
export const apple = {
  shared: {
    sub: '001234.5e201aec537347aeb79d23cbc345170a.1321',
    email: 'jane@example.com',
    email_verified: 'true',
    is_private_email: 'false',
    nonce_supported: true,
  },
  relay: {
    sub: '001234.5e201aec537347aeb79d23cbc345170b.1321',
    email: 'dpdcnf87nu@privaterelay.appleid.com',
    email_verified: true,
    is_private_email: true,
    nonce_supported: true,
  },
  school: {
    sub: '001234.5e201aec537347aeb79d23cbc345170d.1321',
    email: 'jane@school.example',
    email_verified: 'false',
    nonce_supported: true,
  },
  none: { sub: '001234.5e201aec537347aeb79d23cbc345170c.1321', nonce_supported: true },
} satisfies Shapes

/** @see https://developers.facebook.com/docs/graph-api/reference/user/ */
export const facebook = {
  shared: { id: '10158042412345678', email: 'jane@example.com' },
  none: { id: '10158042412345679' },
} satisfies Shapes
