import 'server-only'

import { randomBytes } from 'node:crypto'
import { open, seal } from './aes-gcm'
import { decodeBase64 } from './java-base64'
import { type JsonObject, parseObject } from './json'
import { clientError, docsHost, isBinary, sealedReply } from './replies'
import type { OperatorReply, OperatorRequest, Scope } from './types'

const ENVELOPE_VERSION = 1
const HEAD_BYTES = 16
const MINIMUM_BYTES = 1 + 12 + 16 + HEAD_BYTES

export interface OpenedRequest {
  /** Null for an envelope without JSON. */
  payload: JsonObject | null
  nonce: Uint8Array
  binary: boolean
}

type Opened = { ok: true; request: OpenedRequest } | { ok: false; reply: OperatorReply }
type Decrypted = { ok: true; plaintext: Buffer } | { ok: false; message: string }

/**
 * Opens a request envelope, with the real operator's error messages in its order.
 * See https://unifiedid.com/docs/getting-started/gs-encryption-decryption
 */
export function openRequest(request: OperatorRequest, secret: Buffer, scope: Scope, nowMs: number): Opened {
  const { body } = request
  let binary = isBinary(request.headers['content-type'])
  let decrypted = binary ? decrypt(body, secret, scope) : decryptText(body, secret, scope)
  if (binary && !decrypted.ok && decodeBody(body)) {
    // Base64 sent with the binary type is read, and answered, as text.
    binary = false
    decrypted = decryptText(body, secret, scope)
  }
  if (!decrypted.ok) return refuse(decrypted.message)

  const { plaintext } = decrypted
  if (!isFresh(Number(plaintext.readBigInt64BE(0)), nowMs)) {
    return refuse('Invalid timestamp: Request too old or client time drift.')
  }
  const json = plaintext.subarray(HEAD_BYTES)
  const payload = json.length === 0 ? null : parseObject(json)
  if (payload === undefined) return refuse('Invalid payload in body: Data is not valid json string.')
  return { ok: true, request: { payload, nonce: plaintext.subarray(8, HEAD_BYTES), binary } }
}

/** Seals a response: server time, the request's nonce, JSON. It has no version byte. */
export function sealResponse(request: OpenedRequest, secret: Buffer, json: unknown, nowMs: number) {
  const head = Buffer.alloc(8)
  head.writeBigInt64BE(BigInt(nowMs))
  const plaintext = Buffer.concat([head, request.nonce, Buffer.from(JSON.stringify(json))])
  return sealedReply(seal(secret, plaintext, randomBytes(12)), request.binary)
}

/**
 * Compares whole minutes of floored seconds, rounded towards zero: so 120 s in the past but only 119 s in the
 * future.
 */
export function isFresh(timestamp: number, nowMs: number): boolean {
  const minutes = Math.trunc(Math.floor((nowMs - timestamp) / 1000) / 60)
  return Math.abs(minutes) <= 1
}

function decryptText(body: Uint8Array, secret: Buffer, scope: Scope): Decrypted {
  if (body.length === 0) return { ok: false, message: 'Invalid body: Body is missing.' }
  const bytes = decodeBody(body)
  if (bytes) return decrypt(bytes, secret, scope)
  return { ok: false, message: jsonComplaint(body, scope) ?? complaint('Body is not valid base64.', scope) }
}

function decrypt(bytes: Uint8Array, secret: Buffer, scope: Scope): Decrypted {
  if (bytes.length === 0) return { ok: false, message: 'Invalid body: Body is missing.' }
  if (bytes.length < MINIMUM_BYTES) {
    return {
      ok: false,
      message: jsonComplaint(bytes, scope) ?? complaint('Body too short. Check encryption method.', scope),
    }
  }
  const version = bytes[0]
  if (version !== ENVELOPE_VERSION) {
    const text = `Invalid request envelope format version: received ${version}, must be ${ENVELOPE_VERSION}.`
    return { ok: false, message: jsonComplaint(bytes, scope) ?? complaint(text, scope) }
  }
  const plaintext = open(secret, bytes.subarray(1))
  if (!plaintext) return { ok: false, message: complaint('Check encryption key (ClientSecret).', scope) }
  return { ok: true, plaintext }
}

function complaint(text: string, scope: Scope): string {
  const page = `${docsHost(scope)}/docs/getting-started/gs-encryption-decryption`
  return `Invalid body: ${text} See ${page} for details on the request envelope format.`
}

/** The error for unencrypted JSON, plain or in base64. */
function jsonComplaint(bytes: Uint8Array, scope: Scope): string | undefined {
  if (!parseObject(bytes)) return undefined
  return (
    'Invalid body: The request body is unencrypted JSON. It must be an encrypted request envelope. ' +
    `See ${docsHost(scope)}/docs/getting-started/gs-encryption-decryption` +
    '#encryption-and-decryption-code-examples for encryption and decryption code examples.'
  )
}

function decodeBody(body: Uint8Array): Buffer | null {
  return decodeBase64(Buffer.from(body).toString('utf8'))
}

function refuse(message: string): { ok: false; reply: OperatorReply } {
  return { ok: false, reply: clientError(message) }
}
