import { argumentError, requireOpaqueText } from './arguments.ts'
import { decode32Bytes } from './base64.ts'
import { importKey, openRefreshResponse } from './envelope.ts'
import { type Identity, parseIdentity } from './identity.ts'
import { type OperatorReply, readRefusal, refusalError, unexpectedStatus } from './reply.ts'
import type { OperatorRequest } from './transport.ts'

/** All but `success` end the identity. After `optout`, never ask for this person again. */
export type RefreshOutcome =
  | { status: 'success'; identity: Identity }
  | { status: 'optout' }
  | { status: 'expired_token' }
  | { status: 'invalid_token' }

/**
 * Builds `POST /v2/token/refresh`. The body is the bare token: an operator that sees one character more
 * takes it for a token of an older protocol.
 *
 * @throws TypeError when the identity has no refresh token or no key for the answer
 * @see https://unifiedid.com/docs/endpoints/post-token-refresh
 */
export function buildRefreshRequest(identity: Identity): OperatorRequest {
  responseKeyOf(identity)
  return {
    path: '/v2/token/refresh',
    body: requireOpaqueText(identity.refresh_token, 'identity.refresh_token'),
  }
}

/**
 * Reads the reply to {@link buildRefreshRequest}.
 *
 * @throws Uid2Error for everything that is not an outcome
 * @see https://unifiedid.com/docs/endpoints/post-token-refresh
 */
export async function readRefreshReply(identity: Identity, reply: OperatorReply): Promise<RefreshOutcome> {
  if (reply.status !== 200) return readRefreshRefusal(reply)
  const key = await importKey(responseKeyOf(identity))
  const { status, body } = await openRefreshResponse(key, reply.body)
  switch (status) {
    case 'success':
      return { status, identity: parseIdentity(body) }
    case 'optout':
      return { status }
    default:
      throw unexpectedStatus(status)
  }
}

/** How an operator says that it cannot read the token: it was damaged, or comes from another environment. */
const UNREADABLE_TOKEN = /^Invalid (?:key|data|format): |^Invalid body: Body is not valid base64/

function readRefreshRefusal(reply: OperatorReply): RefreshOutcome {
  const { status, message } = readRefusal(reply)
  if (reply.status === 400) {
    if (status === 'expired_token' || status === 'invalid_token') return { status }
    // The token is all that a refresh sends, so these complaints are about it and hold for ever.
    if (status === 'client_error' && UNREADABLE_TOKEN.test(message ?? '')) return { status: 'invalid_token' }
    // Callers whose key it does not know get this instead of a reason; refresh never answers 401.
    if (status === 'error') throw refusalError(reply, 'unauthorized')
  }
  throw refusalError(reply)
}

function responseKeyOf(identity: Identity): Uint8Array<ArrayBuffer> {
  const bytes = decode32Bytes(identity?.refresh_response_key)
  if (!bytes) throw argumentError('identity.refresh_response_key', 'must be base64 of 32 bytes')
  return bytes
}
