import { expect, it } from 'vitest'
import { providerFault } from '#lib/auth/provider-fault.ts'
import { allowedCode } from '#lib/observe/log-codes.ts'

const failed = (message: string, more: object = {}) => ({
  providerId: 'oidc',
  error: Object.assign(new Error(message), more),
})

it.each([
  ['oidc invalid_grant', failed('invalid_grant (the code canary@example.com is used up)')],
  ['oidc http_503', failed('expected 200 OK, got: 503 Service Unavailable')],
  ['oidc timeout', failed('outgoing request timed out after 4000ms')],
  ['oidc issuer_mismatch', failed('unexpected iss value, expected https://a.example, got: canary')],
  ['oidc answer_to_another_question', failed('nonce mismatch, expected canary, got: undefined')],
  ['oidc ENOTFOUND', failed('getaddrinfo ENOTFOUND canary.example', { code: 'ENOTFOUND' })],
  ['oidc jwt_algorithm', failed('unexpected JWT alg received, expected RS256, got: canary')],
  ['oidc jwt_signature', failed('failed to validate JWT signature')],
  ['oidc jwt_key', failed('no valid key found in issuer\'s jwks_uri for key parameters {"kid":"canary"}')],
  ['oidc jwt_time', failed('JWT expired, now 1764474000, exp 1764473000')],
  ['oidc jwt_audience', failed('aud mismatch, expected the-lantern, got: canary')],
  ['oidc jwt_invalid', failed('missing required JWT property sub')],
  ['oidc not_json', failed('Unexpected token \'<\', "<h1>canary" is not valid JSON')],
  ['oidc discovery_incomplete', failed('jwks_uri must be configured on the issuer')],
  ['oidc invalid_token', failed('invalid_token (canary)')],
  ['oidc userinfo http_403', failed('userinfo failed', { code: 'userinfo http_403' })],
  ['oidc unknown', failed('canary@example.com')],
  ['unauthorized_client', new Error('unauthorized_client')],
])('a failure at a provider is logged as %s, without the provider’s text', (code, metadata) => {
  expect(providerFault(metadata)).toBe(code)
  expect(allowedCode(code)).toBe(code)
})

it.each(['access_denied (canary)', 'user_cancelled_authorize'])(
  '%s is not a failure: readers may cancel',
  (message) => {
    expect(providerFault(failed(message))).toBeNull()
  },
)

it.each([undefined, null, 'canary', {}, { error: 'canary' }])('%j is unknown', (metadata) => {
  expect(providerFault(metadata)).toBe('unknown')
})
