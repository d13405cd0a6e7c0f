/**
 * The encrypted envelope: AES-256-GCM, 12-byte IV in front, 16-byte tag behind, no additional data,
 * all integers big-endian, all times Unix ms.
 *
 *   request   0x01 ‖ IV ‖ GCM(client secret, time(8) ‖ nonce(8) ‖ JSON)
 *   response         IV ‖ GCM(client secret, time(8) ‖ our nonce(8) ‖ JSON)     no version byte
 *   refresh          IV ‖ GCM(refresh_response_key, JSON)                       no time, no nonce
 *
 * @see https://unifiedid.com/docs/getting-started/gs-encryption-decryption and docs/protocol.md
 */
import { argumentError } from './arguments'
import { Uid2Error } from './errors'
import { envelopeOf, type HttpReply, type ReplyContext, type Wire } from './reply'

const VERSION = 1
const IV_BYTES = 12
const TAG_BYTES = 16
const TIME_BYTES = 8
const NONCE_BYTES = 8

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** What sealing a request needs. `now` in Unix ms. */
export interface Sealing {
  readonly key: CryptoKey
  readonly now: () => number
  readonly randomBytes: (length: number) => Uint8Array
}

interface SealedRequest {
  readonly envelope: Uint8Array<ArrayBuffer>
  /** The response must contain the same nonce. */
  readonly nonce: Uint8Array
}

export function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/**
 * Seals a request. It contains the current time, so each attempt needs a new one: the operator rejects a
 * request that is a minute or two old. 20 random bytes are drawn at once: nonce ‖ IV.
 */
export async function sealRequest(sealing: Sealing, json: string): Promise<SealedRequest> {
  const text = encoder.encode(json)
  const plaintext = new Uint8Array(TIME_BYTES + NONCE_BYTES + text.length)
  new DataView(plaintext.buffer).setBigInt64(0, BigInt(timeOf(sealing)))
  const random = drawRandom(sealing, NONCE_BYTES + IV_BYTES)
  const nonce = random.subarray(0, NONCE_BYTES)
  const iv = random.subarray(NONCE_BYTES)
  plaintext.set(nonce, TIME_BYTES)
  plaintext.set(text, TIME_BYTES + NONCE_BYTES)

  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, sealing.key, plaintext)
  const envelope = new Uint8Array(1 + IV_BYTES + sealed.byteLength)
  envelope[0] = VERSION
  envelope.set(iv, 1)
  envelope.set(new Uint8Array(sealed), 1 + IV_BYTES)
  return { envelope, nonce }
}

/**
 * Opens the response to a sealed request. The nonce proves that it belongs to this request and is fresh. The
 * time before it shows how far the clocks differ.
 *
 * @throws Uid2Error `bad_response`, `undecryptable`, `nonce_mismatch`
 */
export async function openResponse(
  { key, wire, clock }: ReplyContext,
  nonce: Uint8Array,
  reply: HttpReply,
): Promise<Payload> {
  const plaintext = await decrypt(await key(), envelopeOf(reply, wire))
  const echoed = plaintext.subarray(TIME_BYTES, TIME_BYTES + NONCE_BYTES)
  if (!equalInConstantTime(echoed, nonce)) {
    throw new Uid2Error('nonce_mismatch', 'the response answers another request', { httpStatus: 200 })
  }
  clock.recordTime(Number(new DataView(plaintext.buffer).getBigInt64(0)))
  return parsePayload(plaintext.subarray(TIME_BYTES + NONCE_BYTES))
}

/**
 * Opens the response to a refresh, with the response key that was issued with the sent refresh token.
 *
 * @throws Uid2Error `bad_response`, `undecryptable`
 */
export async function openRefreshResponse(key: CryptoKey, wire: Wire, reply: HttpReply): Promise<Payload> {
  return parsePayload(await decrypt(key, envelopeOf(reply, wire)))
}

/** A decrypted response. Check its status before its body, which most statuses do not have. */
interface Payload {
  readonly status: string
  readonly body: unknown
  readonly json: string
}

function timeOf(sealing: Sealing): number {
  const time = Math.trunc(sealing.now())
  if (!Number.isSafeInteger(time)) throw argumentError('now', 'must return Unix ms')
  return time
}

/**
 * Copies the bytes, because the source may reuse its array. A number is rejected: `Uint8Array` would turn it
 * into an array of zeros, and so into a nonce of zeros.
 */
function drawRandom(sealing: Sealing, length: number): Uint8Array<ArrayBuffer> {
  const bytes: unknown = sealing.randomBytes(length)
  if (bytes instanceof Uint8Array && bytes.length === length) return new Uint8Array(bytes)
  throw argumentError('randomBytes', `must return ${length} bytes when asked for them`)
}

async function decrypt(key: CryptoKey, envelope: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (envelope.length < IV_BYTES + TAG_BYTES) throw badResponse('is not an encrypted envelope')
  const iv = envelope.subarray(0, IV_BYTES)
  try {
    return new Uint8Array(
      await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, envelope.subarray(IV_BYTES)),
    )
  } catch (cause) {
    throw new Uid2Error('undecryptable', 'the response does not open with our key', {
      httpStatus: 200,
      cause,
    })
  }
}

function parsePayload(bytes: Uint8Array): Payload {
  let json: string
  let payload: unknown
  try {
    json = decoder.decode(bytes)
    payload = JSON.parse(json)
  } catch {
    // No cause: a SyntaxError quotes the text, which contains tokens.
    throw badResponse('is not JSON in UTF-8')
  }
  const { status, body } = (payload ?? {}) as Partial<Payload>
  if (typeof status !== 'string') throw badResponse('has no status')
  return { status, body, json }
}

function badResponse(what: string): Uid2Error {
  return new Uid2Error('bad_response', `the response ${what}`, { httpStatus: 200 })
}

function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0)
  return difference === 0
}
