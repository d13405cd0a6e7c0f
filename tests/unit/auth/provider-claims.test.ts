import { describe, expect, it } from 'vitest'
import { type ProviderClaims, selectVerifiedDii } from '#lib/auth/select-verified-dii.ts'
import type { DiiPolicy } from '#lib/env/env.ts'

const policy: DiiPolicy = { relayDomains: [], prefer: 'email' }
const email = (value: string) => ({ kind: 'email' as const, value })
const phone = (value: string) => ({ kind: 'phone' as const, value })
type Shape = [
  account: string,
  claims: ProviderClaims & Record<string, unknown>,
  dii: unknown,
  others?: unknown,
]

function check(provider: string, ...shapes: Shape[]) {
  it.each(shapes)('%s', (_, claims, dii, others = []) => {
    expect(selectVerifiedDii(provider, claims, policy)).toEqual({ dii, otherDii: others })
  })
}

/** Claims in the shape that each provider documents; `name`, `picture` and the like must have no effect. */
describe('the DII of an account at Google', () => {
  // https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
  const google = {
    iss: 'https://accounts.google.com',
    azp: '1234987819200.apps.googleusercontent.com',
    aud: '1234987819200.apps.googleusercontent.com',
    sub: '10769150350006150715113082367',
    at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
    iat: 1353601026,
    exp: 1353604926,
    nonce: '0394852-3190485-2490358',
  }
  check(
    'google',
    [
      'of Gmail',
      { ...google, email: 'jsmith@gmail.com', email_verified: true, picture: 'https://example.com/j.jpg' },
      email('jsmith@gmail.com'),
    ],
    [
      'of Workspace',
      { ...google, email: 'jsmith@example.com', email_verified: true, hd: 'example.com' },
      email('jsmith@example.com'),
    ],
    [
      'with the address of another host',
      { ...google, email: 'jsmith@yahoo.com', email_verified: true },
      email('jsmith@yahoo.com'),
    ],
    [
      'with an unconfirmed address',
      { ...google, email: 'jsmith@example.com', email_verified: false },
      'unverified',
    ],
    ['without the e-mail scope', google, 'no_dii'],
  )
})

describe('the DII of an account at Apple', () => {
  // https://developer.apple.com/documentation/signinwithapple/authenticating-users-with-sign-in-with-apple
  // Booleans as text: https://developer.apple.com/forums/thread/121411
  // False at Work & School: https://developer.apple.com/forums/thread/746352
  const apple = {
    iss: 'https://appleid.apple.com',
    aud: 'com.mytest.app',
    sub: '000544.5e201aec537347aeb79d23cbc345170a.1321',
    auth_time: 1587333749,
    nonce_supported: true,
  }
  const relay = 'dpdcnf87nu@privaterelay.appleid.com'
  check(
    'apple',
    [
      'with a real address',
      { ...apple, email: 'jane@icloud.com', email_verified: true },
      email('jane@icloud.com'),
    ],
    [
      'with flags as text',
      { ...apple, email: 'jane@icloud.com', email_verified: 'true', is_private_email: 'false' },
      email('jane@icloud.com'),
    ],
    [
      'with a relay',
      { ...apple, email: relay, email_verified: true, is_private_email: true },
      'relay_address',
    ],
    [
      'with a relay, as text',
      { ...apple, email: relay, email_verified: 'true', is_private_email: 'true' },
      'relay_address',
    ],
    [
      'with a relay that is not marked as one',
      { ...apple, email: relay, email_verified: 'true' },
      'relay_address',
    ],
    [
      'with a relay at an unknown domain',
      { ...apple, email: 'dpdcnf87nu@relay.example', email_verified: true, is_private_email: 'true' },
      'relay_address',
    ],
    ['of Work & School', { ...apple, email: 'jane@school.example', email_verified: 'false' }, 'unverified'],
    [
      'of Work & School, a boolean',
      { ...apple, email: 'jane@school.example', email_verified: false },
      'unverified',
    ],
    ['that shares no address', apple, 'no_dii'],
  )
})

describe('the DII of an account at Facebook', () => {
  // https://developers.facebook.com/docs/graph-api/reference/user/
  check(
    'facebook',
    [
      'with an address, which Facebook does not verify',
      { id: '10158042412345678', email: 'jane@example.com' },
      'unverified',
    ],
    ['without an address', { id: '10158042412345679' }, 'no_dii'],
  )
})

describe('the DII of an account at an OpenID provider', () => {
  // https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims
  const both = {
    sub: '248289761001',
    name: 'Jane Doe',
    email: 'janedoe@example.com',
    email_verified: true,
    phone_number: '+1 (604) 555-1234',
    phone_number_verified: true,
  }
  check(
    'oidc',
    ['with both', both, email('janedoe@example.com'), [phone('+16045551234')]],
    [
      'with an address only',
      { sub: '1', email: 'j@example.com', email_verified: true },
      email('j@example.com'),
    ],
    [
      'with a number only',
      { sub: '1', phone_number: '+16045551234', phone_number_verified: true },
      phone('+16045551234'),
    ],
    ['with a number beside an unverified address', { ...both, email_verified: false }, phone('+16045551234')],
    [
      'with an address beside an unverified number',
      { ...both, phone_number_verified: undefined },
      email('janedoe@example.com'),
    ],
    [
      'with neither verified',
      { sub: '1', email: 'j@example.com', phone_number: '+16045551234' },
      'unverified',
    ],
    [
      'with a number with an extension, as the standard writes it',
      { sub: '1', phone_number: '+1 (604) 555-1234;ext=5678', phone_number_verified: true },
      'bad_phone',
    ],
    [
      'with a number without its country',
      { sub: '1', phone_number: '(604) 555-1234', phone_number_verified: true },
      'bad_phone',
    ],
    [
      'with an unverified number without its country',
      { sub: '1', phone_number: '(604) 555-1234' },
      'unverified',
    ],
    [
      'with a number without its country beside an address',
      { ...both, phone_number: '604 555 1234' },
      email('janedoe@example.com'),
    ],
    [
      'with a relay beside a number: the reader chose not to be known',
      { ...both, email: 'x@mozmail.com' },
      'relay_address',
    ],
    // AWS Cognito: https://docs.aws.amazon.com/cognito/latest/developerguide/userinfo-endpoint.html
    [
      'with an address and its flag as text',
      { sub: '1', email: 'j@example.com', email_verified: 'true' },
      email('j@example.com'),
    ],
  )

  // https://github.com/openpass-sso/openpass-docs-external/blob/main/info/tokens-auth.md#jwt-payload
  check('oidc', [
    'at OpenPass: its address, which readers prove at each sign-in, without a claim',
    {
      iss: 'https://auth.myopenpass.com',
      sub: '34716067-c9cd-47d7-a6a7-d646fe9e2ecf',
      aud: '29352915982374239857',
      email: 'test@example.com',
    },
    email('test@example.com'),
  ])
  check('oidc', [
    'at OpenPass: nothing when a claim says that the address is not verified',
    { iss: 'https://auth.myopenpass.com', email: 'test@example.com', email_verified: false },
    'unverified',
  ])
  check('google', [
    'elsewhere: nothing from the issuer of OpenPass',
    { iss: 'https://auth.myopenpass.com', email: 'test@example.com' },
    'unverified',
  ])

  it.each([
    1,
    'yes',
    'TRUE',
    ' true',
    '1',
    {},
    [],
    [true],
    null,
    undefined,
    0,
    'false',
    '',
    new Boolean(true),
  ])('is none when the flag is %j', (flag) => {
    const claims = { email: 'j@example.com', email_verified: flag, phone_number: '+16045551234' }
    expect(selectVerifiedDii('oidc', { ...claims, phone_number_verified: flag }, policy).dii).toBe(
      'unverified',
    )
  })

  it.each([
    7,
    {},
    ['j@example.com'],
    null,
    '',
    ' ',
    'j',
    'j@',
    'j@@example.com',
    'f'.repeat(64),
    '\0@example.com',
  ])('is none when the address is %j', (value) => {
    expect(selectVerifiedDii('oidc', { email: value, email_verified: true }, policy).dii).toBe('no_dii')
  })
})
