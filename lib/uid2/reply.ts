import { argumentError } from './arguments'
import { decodeBase64 } from './base64'
import { CAUSES_REJECTION_MS, type Clock, describeClockSkew } from './clock-skew'
import { Uid2Error, type Uid2ErrorCode, type Uid2ErrorReason } from './errors'
import type { Product } from './product'

/** How envelopes are encoded in HTTP bodies. */
export type Wire = 'base64' | 'binary'

/** An HTTP response, not yet interpreted. */
export interface HttpReply {
  readonly status: number
  /** The received text or bytes. Bytes when `wire` is `'binary'`. At most 64 kB. */
  readonly body: string | Uint8Array
  /** `Date` and `Retry-After` are used when present. */
  readonly headers?: Pick<Headers, 'get'>
}

/** What all functions that read replies need. */
export interface ReplyContext {
  readonly key: () => Promise<CryptoKey>
  readonly wire: Wire
  readonly clock: Clock
  /** The product that every token must have, if configured. */
  readonly product: Product | undefined
  /**
   * Plaintext that was sent and must not appear in an error: gateways quote requests in their error pages.
   */
  readonly sent: readonly string[]
}

/** The protocol's longest response has about 2 kB. The rest is room for new fields. */
export const MAX_REPLY_BYTES = 64 * 1024

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Checks a reply that the caller fetched. */
export function requireReply(reply: HttpReply): HttpReply {
  const { status, body, headers } = reply ?? {}
  if (!Number.isInteger(status)) throw argumentError('reply.status', 'must be the HTTP status')
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw argumentError('reply.body', 'must be the text or the bytes of the reply')
  }
  // Headers are read only in error replies, so a wrong value would stay unnoticed until the first error.
  if (headers !== undefined && typeof headers?.get !== 'function') {
    throw argumentError('reply.headers', 'must be Headers, or absent')
  }
  if (body.length > MAX_REPLY_BYTES) throw replyTooLarge(status)
  return reply
}

export function replyTooLarge(httpStatus: number): Uid2Error {
  return new Uid2Error('response_too_large', `the reply is longer than ${MAX_REPLY_BYTES} bytes`, {
    httpStatus,
  })
}

/** The envelope of a 200 response. */
export function envelopeOf({ body }: HttpReply, wire: Wire): Uint8Array<ArrayBuffer> {
  if (wire === 'binary') {
    if (typeof body === 'string') throw argumentError('reply.body', "must be bytes when wire is 'binary'")
    return new Uint8Array(body)
  }
  // Operators send no line end, but a gateway may add one.
  const envelope = decodeBase64(textOf(body)?.trim() ?? '')
  if (!envelope) throw new Uid2Error('bad_response', 'the response is not base64', { httpStatus: 200 })
  return envelope
}

/** The JSON of an error reply. Only a 200 response is encrypted. */
interface ErrorReply {
  readonly status?: string | undefined
  readonly message?: string | undefined
}

/**
 * Reads an error reply. Its fields are `undefined` when it is not the operator's JSON: gateways answer in
 * HTML.
 */
export function readErrorReply({ body }: HttpReply, sent: readonly string[] = []): ErrorReply {
  let json: unknown
  try {
    json = JSON.parse(textOf(body) ?? '')
  } catch {
    return {}
  }
  const { status, message } = (json ?? {}) as { status?: unknown; message?: unknown }
  return { status: oneLine(status, 64, sent), message: oneLine(message, 300, sent) }
}

/** The error for an error reply. */
export function toReplyError(
  reply: HttpReply,
  { clock, sent }: ReplyContext,
  code: Uid2ErrorCode = codeOf(reply),
  reason: Uid2ErrorReason | undefined = reasonOf(code, reply),
): Uid2Error {
  const { status: httpStatus, headers } = reply
  const { status, message } = readErrorReply(reply, sent)
  const now = clock.now()
  // An error reply is not encrypted, so it has only the time of its `Date` header, which may be a gateway's.
  const skew =
    code === 'clock_skew'
      ? [until(headers?.get('date'), now), clock.skewMs()].find(
          (ms = 0) => Math.abs(ms) >= CAUSES_REJECTION_MS,
        )
      : undefined
  const summary = `the operator answered HTTP ${httpStatus}${status ? ` ${status}` : ''}`
  return new Uid2Error(code, skew === undefined ? summary : `${summary}: ${describeClockSkew(skew)}`, {
    reason,
    httpStatus,
    operatorStatus: status,
    operatorMessage: message,
    clockSkewMs: skew,
    retryAfterMs: retryAfter(headers?.get('retry-after'), now),
  })
}

/** An encrypted response with an unknown status: it may be of a later protocol, so nothing is assumed. */
export function unexpectedStatus(status: string): Uid2Error {
  return new Uid2Error('unexpected_status', 'the operator answered with a status that is not known', {
    httpStatus: 200,
    operatorStatus: oneLine(status, 64),
  })
}

function codeOf(reply: HttpReply): Uid2ErrorCode {
  if (reply.status === 401) return 'unauthorized'
  if (reply.status === 429) return 'rate_limited'
  // 408: the operator or a gateway waited for our request. A fault of the connection, not of the request.
  if (reply.status === 408) return 'network'
  if (reply.status === 400 && readErrorReply(reply).message?.startsWith('Invalid timestamp'))
    return 'clock_skew'
  if (reply.status >= 300 && reply.status < 400) return 'redirected'
  if (reply.status >= 400 && reply.status < 500) return 'client_error'
  if (reply.status >= 500) return 'server_error'
  return 'bad_response'
}

/** A 401 has no reason: the key may be unknown, disabled or without the role. */
function reasonOf(code: Uid2ErrorCode, reply: HttpReply): Uid2ErrorReason | undefined {
  if (code === 'clock_skew') return code
  const isWrongSecret = /^Invalid body: Check encryption key\b/.test(readErrorReply(reply).message ?? '')
  return reply.status === 400 && isWrongSecret ? 'wrong_secret' : undefined
}

/** `undefined` for bytes that are not UTF-8. */
function textOf(body: string | Uint8Array): string | undefined {
  if (typeof body === 'string') return body
  try {
    return decoder.decode(body)
  } catch {
    return undefined
  }
}

/** Makes foreign text safe for a log: one line, limited length, without what we sent. */
export function oneLine(text: unknown, length: number, sent: readonly string[] = []): string | undefined {
  if (typeof text !== 'string') return undefined
  const rest = sent.reduce((told, secret) => told.replaceAll(secret, '…'), text)
  return rest.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, length)
}

/** Ms from our clock to an HTTP date. `GMT` is required, because `Date.parse` accepts nearly anything. */
function until(date: string | null | undefined, now: number): number | undefined {
  const time = date?.endsWith(' GMT') ? Date.parse(date) : Number.NaN
  return Number.isNaN(time) ? undefined : time - now
}

function retryAfter(value: string | null | undefined, now: number): number | undefined {
  if (value && /^\d{1,12}$/.test(value)) return Number(value) * 1000
  const delay = until(value, now)
  return delay === undefined ? undefined : Math.max(0, delay)
}
