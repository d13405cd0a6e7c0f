import { argumentError } from './arguments'
import { decodeBase64 } from './base64'
import { type Clock, EXPLAINS_REFUSAL_MS, sayClockSkew } from './clock'
import { Uid2Error, type Uid2ErrorCode, type Uid2ErrorReason } from './errors'
import type { Product } from './token-product'

/** How envelopes travel. */
export type Wire = 'base64' | 'binary'

/** What came back over HTTP, before anyone looked at what it means. */
export interface HttpReply {
  readonly status: number
  /** Text or bytes as they came; bytes when `wire` is `'binary'`. At most 64 kB. */
  readonly body: string | Uint8Array
  /** `Date` and `Retry-After` are looked at when they are there. */
  readonly headers?: Pick<Headers, 'get'>
}

/** What the readers of replies share. */
export interface Reading {
  readonly key: () => Promise<CryptoKey>
  readonly wire: Wire
  readonly clock: Clock
  /** Of which every token has to be, when it is known. */
  readonly product: Product | undefined
  /** What went out in plaintext, and must not come back in an error: gateways quote what they dislike. */
  readonly sent: readonly string[]
}

/** The longest answer of the protocol has about 2 kB; the rest is room for fields to come. */
export const MAX_REPLY_BYTES = 64 * 1024

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Checks a reply that somebody else fetched. */
export function requireReply(reply: HttpReply): HttpReply {
  const { status, body, headers } = reply ?? {}
  if (!Number.isInteger(status)) throw argumentError('reply.status', 'must be the HTTP status')
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw argumentError('reply.body', 'must be the text or the bytes of the reply')
  }
  // Looked at in refusals alone, so a wrong one would stay hidden until the first.
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

/** The envelope in a 200. */
export function envelopeOf({ body }: HttpReply, wire: Wire): Uint8Array<ArrayBuffer> {
  if (wire === 'binary') {
    if (typeof body === 'string') throw argumentError('reply.body', "must be bytes when wire is 'binary'")
    return new Uint8Array(body)
  }
  // Operators end their text at once; a gateway that adds a line end changes nothing that matters.
  const envelope = decodeBase64(textOf(body)?.trim() ?? '')
  if (!envelope) throw new Uid2Error('bad_response', 'the response is not base64', { httpStatus: 200 })
  return envelope
}

/** The JSON of a refusal. Only a 200 is encrypted. */
interface Refusal {
  readonly status?: string | undefined
  readonly message?: string | undefined
}

/** Reads what a non-200 says, if it says anything: gateways in front of an operator answer in HTML. */
export function readRefusal({ body }: HttpReply, sent: readonly string[] = []): Refusal {
  let json: unknown
  try {
    json = JSON.parse(textOf(body) ?? '')
  } catch {
    return {}
  }
  const { status, message } = (json ?? {}) as { status?: unknown; message?: unknown }
  return { status: oneLine(status, 64, sent), message: oneLine(message, 300, sent) }
}

/** The error that a non-200 stands for. */
export function refusalError(
  reply: HttpReply,
  { clock, sent }: Reading,
  code: Uid2ErrorCode = codeOf(reply),
  reason: Uid2ErrorReason | undefined = reasonOf(code, reply),
): Uid2Error {
  const { status: httpStatus, headers } = reply
  const { status, message } = readRefusal(reply, sent)
  const now = clock.now()
  // The refusal itself is not sealed and tells no time but in its header, which may be a gateway's.
  const skew =
    code === 'clock_skew'
      ? [until(headers?.get('date'), now), clock.ahead()].find(
          (ms = 0) => Math.abs(ms) >= EXPLAINS_REFUSAL_MS,
        )
      : undefined
  const said = `the operator answered HTTP ${httpStatus}${status ? ` ${status}` : ''}`
  return new Uid2Error(code, skew === undefined ? said : `${said}: ${sayClockSkew(skew)}`, {
    reason,
    httpStatus,
    operatorStatus: status,
    operatorMessage: message,
    clockSkewMs: skew,
    retryAfterMs: retryAfter(headers?.get('retry-after'), now),
  })
}

/** A sealed answer with a status of a later protocol: no token, and nothing that we may guess. */
export function unexpectedStatus(status: string): Uid2Error {
  return new Uid2Error('unexpected_status', 'the operator answered with a status that is not known', {
    httpStatus: 200,
    operatorStatus: oneLine(status, 64),
  })
}

function codeOf(reply: HttpReply): Uid2ErrorCode {
  if (reply.status === 401) return 'unauthorized'
  if (reply.status === 429) return 'rate_limited'
  // 408 says that the operator, or a gateway, waited for us in vain: a matter of the way, not of the request.
  if (reply.status === 408) return 'network'
  if (reply.status === 400 && readRefusal(reply).message?.startsWith('Invalid timestamp')) return 'clock_skew'
  if (reply.status >= 300 && reply.status < 400) return 'redirected'
  if (reply.status >= 400 && reply.status < 500) return 'client_error'
  if (reply.status >= 500) return 'server_error'
  return 'bad_response'
}

/** A 401 tells none: the key may be unknown, disabled or without the role. */
function reasonOf(code: Uid2ErrorCode, reply: HttpReply): Uid2ErrorReason | undefined {
  if (code === 'clock_skew') return code
  const isWrongSecret = /^Invalid body: Check encryption key\b/.test(readRefusal(reply).message ?? '')
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

/** Foreign text, made harmless for a log: one line, no longer than it has to be, without what we sent. */
export function oneLine(text: unknown, length: number, sent: readonly string[] = []): string | undefined {
  if (typeof text !== 'string') return undefined
  const rest = sent.reduce((told, secret) => told.replaceAll(secret, '…'), text)
  return rest.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, length)
}

/** From our clock to an HTTP date, in ms. Without its GMT it is none, and `Date.parse` makes a date of nearly anything. */
function until(date: string | null | undefined, now: number): number | undefined {
  const time = date?.endsWith(' GMT') ? Date.parse(date) : Number.NaN
  return Number.isNaN(time) ? undefined : time - now
}

function retryAfter(value: string | null | undefined, now: number): number | undefined {
  if (value && /^\d{1,12}$/.test(value)) return Number(value) * 1000
  const delay = until(value, now)
  return delay === undefined ? undefined : Math.max(0, delay)
}
