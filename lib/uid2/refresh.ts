import { argumentError, requireOpaqueText } from './arguments'
import { decode32Bytes } from './base64'
import { importKey, openRefreshResponse } from './envelope'
import { type Identity, type IssuedIdentity, readIdentity } from './identity'
import {
  type HttpReply,
  type ReplyContext,
  readErrorReply,
  requireReply,
  toReplyError,
  unexpectedStatus,
} from './reply'

/**
 * The outcomes of a refresh. All but `success` end the identity. After `optout`, never ask for this person
 * again.
 */
export type RefreshOutcome =
  | ({ status: 'success' } & IssuedIdentity)
  | { status: 'optout' }
  | { status: 'expired_token' }
  | { status: 'invalid_token' }

/**
 * The body of `POST /v2/token/refresh`, and the key of its response. The body is only the token: with one
 * more character the operator takes it for a token of an older protocol. Both are read now, because the
 * caller may replace the identity's fields before the response arrives.
 *
 * @throws TypeError when the identity has no refresh token or no response key
 */
export function refreshBody(identity: Identity): { body: string; responseKey: Uint8Array<ArrayBuffer> } {
  const responseKey = decode32Bytes(identity?.refresh_response_key)
  if (!responseKey) throw argumentError('identity.refresh_response_key', 'must be base64 of 32 bytes')
  return { body: requireOpaqueText(identity.refresh_token, 'identity.refresh_token'), responseKey }
}

/** @throws Uid2Error for everything that is not an outcome */
export async function readRefreshReply(
  reading: ReplyContext,
  responseKey: Uint8Array<ArrayBuffer>,
  reply: HttpReply,
): Promise<RefreshOutcome> {
  if (requireReply(reply).status !== 200) return readRefreshError(reading, reply)
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

/** The operator's messages for an unreadable token: it was damaged, or is from another environment. */
const UNREADABLE_TOKEN = /^Invalid (?:key|data|format): |^Invalid body: Body is not valid base64/

function readRefreshError(reading: ReplyContext, reply: HttpReply): RefreshOutcome {
  const { status, message } = readErrorReply(reply)
  if (reply.status === 400) {
    if (status === 'expired_token' || status === 'invalid_token') return { status }
    // A refresh sends only the token, so these messages are about it, and permanent.
    if (status === 'client_error' && UNREADABLE_TOKEN.test(message ?? '')) return { status: 'invalid_token' }
    // For an unknown key the operator sends this instead of a reason. Refresh never answers 401.
    if (status === 'error') throw toReplyError(reply, reading, 'unauthorized', 'wrong_key')
  }
  throw toReplyError(reply, reading)
}
