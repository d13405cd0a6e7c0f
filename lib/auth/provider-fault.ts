import 'server-only'
import { errorCode } from '../observe/error-code'

/** A reader cancelled: the code of the standard, and Apple's. */
const declined = /^(access_denied|user_cancelled_authorize)\b/

/** https://www.rfc-editor.org/rfc/rfc6749#section-5.2 and #section-4.1.2.1, https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
const standardCode =
  /^(invalid_(?:client|grant|request|scope|token)|insufficient_scope|access_denied|unauthorized_client|unsupported_(?:grant|response)_type|server_error|temporarily_unavailable)\b/

/** How messages of openid-client and next-auth begin, and the code for each. */
const otherCodes: readonly [RegExp, string][] = [
  [/^iss mismatch|^unexpected iss /, 'issuer_mismatch'],
  [/^(?:state|nonce) (?:mismatch|missing)/, 'answer_to_another_question'],
  [/^(?:State|Nonce|PKCE code_verifier) cookie was missing/, 'cookie_missing'],
  [/^outgoing request timed out/, 'timeout'],
  [/^unexpected JWT alg received/, 'jwt_algorithm'],
  [/^failed to validate JWT signature/, 'jwt_signature'],
  [/^(?:no valid key|multiple matching keys) found/, 'jwt_key'],
  [/^JWT (?:expired|not active yet)/, 'jwt_time'],
  [/^(?:aud|azp) (?:mismatch|is missing)/, 'jwt_audience'],
  [
    /^(?:failed to decode JWT|missing required JWT|JWT \w+ claim must|at_hash|c_hash|id_token not present)/,
    'jwt_invalid',
  ],
  // A page instead of JSON.
  [/is not valid JSON|JSON input$|in JSON at position/, 'not_json'],
  [/^userinfo sub mismatch/, 'other_subject'],
  [/must be configured (?:on|for) the issuer/, 'discovery_incomplete'],
]

/**
 * Why a sign-in failed at a provider, as a code for the log: the provider, and a code of the standard or of
 * Node, or an HTTP status. Never a message, which may quote what was received. Null when the reader
 * cancelled. Pure.
 *
 * @param metadata - what next-auth gives its logger: an error, or one beside the provider's id
 */
export function providerFault(metadata: unknown): string | null {
  const { providerId, error = metadata } = { ...(metadata as { providerId?: string; error?: unknown }) }
  const message = error instanceof Error ? error.message : ''
  if (declined.test(message)) return null
  return [providerId, faultCode(error)].filter(Boolean).join(' ')
}

/** Why a request to a provider failed. Pure. */
export function faultCode(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  const status = /^expected 200 OK, got: (\d{3})\b/.exec(message)?.[1]
  if (status !== undefined) return `http_${status}`
  const code = standardCode.exec(message)?.[1] ?? otherCodes.find(([said]) => said.test(message))?.[1]
  return code ?? errorCode(error)
}
