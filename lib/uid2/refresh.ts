import { argumentError, requireOpaqueText } from './arguments'
import { decode32Bytes } from './base64'
import { importKey, openRefreshResponse } from './envelope'
import { type Identity, type IssuedIdentity, readIdentity } from './identity'
import {
  type HttpReply,
  type Reading,
  readRefusal,
  refusalError,
  requireReply,
  unexpectedStatus,
} from './reply'

/** What a refresh can come to. All but `success` end the identity. After `optout`, never ask for this person again. */
export type RefreshOutcome =
  | ({ status: 'success' } & IssuedIdentity)
  | { status: 'optout' }
  | { status: 'expired_token' }
  | { status: 'invalid_token' }

/**
 * The body of `POST /v2/token/refresh`, and the key that opens its answer. The body is the bare token: an operator
 * that sees one character more takes it for a token of an older protocol. Both are taken at once, because a session
 * that keeps the identity may replace its fields before the answer is there.
 *
 * @throws TypeError when the identity has no refresh token or no key for the answer
 */
export function refreshPair(identity: Identity): { body: string; responseKey: Uint8Array<ArrayBuffer> } {
  const responseKey = decode32Bytes(identity?.refresh_response_key)
  if (!responseKey) throw argumentError('identity.refresh_response_key', 'must be base64 of 32 bytes')
  return { body: requireOpaqueText(identity.refresh_token, 'identity.refresh_token'), responseKey }
}

/** @throws Uid2Error for everything that is not an outcome */
export async function readRefreshReply(
  reading: Reading,
  responseKey: Uint8Array<ArrayBuffer>,
  reply: HttpReply,
): Promise<RefreshOutcome> {
  if (requireReply(reply).status !== 200) return readRefreshRefusal(reading, reply)
  const key = await importKey(responseKey)
  const payload = await openRefreshResponse(key, reading.wire, reply)
  switch (payload.status) {
    case 'success':
      return { status: 'success', ...readIdentity(payload, reading.product) }
    case 'optout':
      return { status: 'optout' }
    default:
      throw unexpectedStatus(payload.status)
  }
}

/** How an operator says that it cannot read the token: it was damaged, or comes from another environment. */
const UNREADABLE_TOKEN = /^Invalid (?:key|data|format): |^Invalid body: Body is not valid base64/

function readRefreshRefusal(reading: Reading, reply: HttpReply): RefreshOutcome {
  const { status, message } = readRefusal(reply)
  if (reply.status === 400) {
    if (status === 'expired_token' || status === 'invalid_token') return { status }
    // The token is all that a refresh sends, so these complaints are about it and hold for ever.
    if (status === 'client_error' && UNREADABLE_TOKEN.test(message ?? '')) return { status: 'invalid_token' }
    // Callers whose key it does not know get this instead of a reason; refresh never answers 401.
    if (status === 'error') throw refusalError(reply, reading, 'unauthorized', 'wrong_key')
  }
  throw refusalError(reply, reading)
}
