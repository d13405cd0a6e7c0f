import 'server-only'

const known = new Set([
  // From the SDK: lib/uid2/errors.ts.
  'timeout',
  'aborted',
  'network',
  'rate_limited',
  'server_error',
  'bad_response',
  'undecryptable',
  'nonce_mismatch',
  'response_too_large',
  'redirected',
  'unauthorized',
  'clock_skew',
  'client_error',
  'wrong_product',
  'unexpected_status',
  // Faults on our side, from the same file.
  'wrong_key',
  'missing_role',
  'wrong_secret',
  'unexpected',
  'unknown',
  'late',
  // Why a sealed identity does not open: iron-session's codes and ours.
  'expired',
  'invalid',
  'unknown-password',
  'shape',
  'product',
  // The store.
  'connect_timeout',
  'connection_lost',
  'pool_busy',
  'migrating',
  // A sign-in provider's error: codes of the standard and of provider-fault.ts.
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'temporarily_unavailable',
  'issuer_mismatch',
  'answer_to_another_question',
  'cookie_missing',
  'invalid_token',
  'insufficient_scope',
  'access_denied',
  'jwt_algorithm',
  'jwt_signature',
  'jwt_key',
  'jwt_time',
  'jwt_audience',
  'jwt_invalid',
  'other_subject',
  'discovery_incomplete',
  'not_json',
  // TLS: Node's codes.
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

const patterns = [
  // Node, its resolver and nodemailer: ECONNREFUSED, EAI_AGAIN, EAUTH, ERR_TLS_CERT_ALTNAME_INVALID, UND_ERR_SOCKET.
  /^E(?:AI_)?[A-Z]{2,16}$/,
  /^(?:UND_)?ERR_[A-Z_]{3,40}$/,
  /^SQLITE_[A-Z]{2,16}(?:_[A-Z]{2,16})?$/,
  // SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
  /^(?:\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/,
  // The HTTP status of a sign-in provider, or of the publisher's SMS gateway (docs/sign-in/phone.md).
  /^(?:http|sms)_[1-5]\d\d$/,
]

const isKnown = (code: string): boolean => known.has(code) || patterns.some((pattern) => pattern.test(code))

/**
 * The code as it may be logged, or `unknown`. This checks at run time what types cannot: an error of a
 * library may carry any text as its code. The code may be preceded by the provider's name and `userinfo`.
 */
export function allowedCode(code: string): string {
  const [, provider = '', said = ''] =
    /^((?:google|apple|facebook|oidc) (?:userinfo )?)?(.*)$/s.exec(code) ?? []
  return `${provider}${isKnown(said) ? said : 'unknown'}`
}
