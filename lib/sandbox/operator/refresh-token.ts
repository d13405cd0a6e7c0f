import 'server-only'

import { randomBytes } from 'node:crypto'
import { open, seal } from './aes-gcm'
import { decodeBase64 } from './java-base64'
import { activeKey, keyById, REFRESH_SITE } from './key-material'
import { type IdentityType, prefixByte } from './raw-uid'
import type { Scope } from './types'

const VERSION_3 = 0x70
const PAYLOAD_BYTES = 90
/** The bits of scope and type in the first byte. */
const PREFIX_BITS = 0x1c
export const REFRESH_TOKEN_LENGTH = 388

export interface RefreshClaims {
  scope: Scope
  type: IdentityType
  siteId: number
  establishedAt: number
  createdAt: number
  expiresAt: number
  /**
   * The first-level hash, from which the raw UID is made with the current salt, so that a refresh follows
   * salt rotation.
   */
  flh: Uint8Array
}

export interface RefreshRandomness {
  innerIv: Uint8Array
  outerIv: Uint8Array
  responseKey: Uint8Array
}

/** The client's 388-character token: a sealed pair of inner token and response key. */
export function encodeRefreshToken(claims: RefreshClaims, random?: RefreshRandomness) {
  const key = activeKey(REFRESH_SITE, claims.createdAt)
  if (!key) throw new Error('No active encryption key available')
  const responseKey = Buffer.from(random?.responseKey ?? randomBytes(32)).toString('base64')
  const json = JSON.stringify({
    refresh_response_key: responseKey,
    refresh_token: encodeInner(claims, key.id, key.secret, random?.innerIv),
  })
  const head = Buffer.alloc(5)
  head.writeUInt8(claims.scope === 'euid' ? 0x10 : 0, 0)
  head.writeInt32BE(key.id, 1)
  const token = Buffer.concat([head, seal(key.secret, Buffer.from(json), random?.outerIv)]).toString('base64')
  if (token.length !== REFRESH_TOKEN_LENGTH) throw new Error('refresh token has the wrong length')
  return { token, responseKey }
}

/** Opens the outer token, with the real operator's order of errors. */
export function openRefreshToken(
  token: string,
): { ok: true; inner: string; responseKey: Buffer } | { ok: false; message: string } {
  const bytes = decodeBase64(token)
  if (!bytes) return { ok: false, message: 'Invalid body: Body is not valid base64.' }
  const keyId = bytes.readInt32BE(1)
  const key = keyById(keyId)
  if (!key) {
    return { ok: false, message: `Invalid key: Generator of this token (Key ID: ${keyId}) does not exist.` }
  }
  const json = open(key.secret, bytes.subarray(5))
  if (!json) return { ok: false, message: 'Invalid data: Check encryption method and encryption key.' }
  const parts = parsePair(json.toString('utf8'))
  if (!parts) {
    return { ok: false, message: 'Invalid format: Payload is not valid json or missing required data.' }
  }
  return { ok: true, ...parts }
}

/** An inner token that does not decrypt or is too short. The real operator throws on it. */
export class BrokenTokenError extends Error {}

/**
 * The claims of an inner token. Null when it is not from this scope.
 *
 * @throws BrokenTokenError
 */
export function decodeInner(inner: string, scope: Scope): RefreshClaims | null {
  const bytes = inner === '' ? null : decodeBase64(inner)
  if (!bytes) return null
  if (bytes.length < 2) throw new BrokenTokenError()
  if (bytes[1] !== VERSION_3) return null
  if (bytes.length < 6) throw new BrokenTokenError()
  const key = keyById(bytes.readInt32BE(2))
  if (!key) return null
  const payload = open(key.secret, bytes.subarray(6))
  if (!payload || payload.length < PAYLOAD_BYTES) throw new BrokenTokenError()
  const prefix = bytes.readUInt8(0) & PREFIX_BITS
  if ((payload.readUInt8(57) & PREFIX_BITS) !== prefix) return null
  const type = (prefix & 0x04) === 0 ? 'email' : 'phone'
  if (prefix !== prefixByte(scope, type)) return null
  return {
    scope,
    type,
    siteId: payload.readInt32BE(29),
    establishedAt: Number(payload.readBigInt64BE(49)),
    createdAt: Number(payload.readBigInt64BE(8)),
    expiresAt: Number(payload.readBigInt64BE(0)),
    flh: payload.subarray(58, PAYLOAD_BYTES),
  }
}

function encodeInner(claims: RefreshClaims, keyId: number, secret: Buffer, iv?: Uint8Array): string {
  const prefix = prefixByte(claims.scope, claims.type) | 3
  const payload = Buffer.alloc(PAYLOAD_BYTES)
  payload.writeBigInt64BE(BigInt(claims.expiresAt), 0)
  payload.writeBigInt64BE(BigInt(claims.createdAt), 8)
  payload.writeUInt8(1, 20)
  payload.writeInt32BE(claims.siteId, 29)
  payload.writeInt32BE(1, 45)
  payload.writeBigInt64BE(BigInt(claims.establishedAt), 49)
  payload.writeUInt8(prefix, 57)
  payload.set(claims.flh, 58)
  const head = Buffer.alloc(6)
  head.writeUInt8(prefix, 0)
  head.writeUInt8(VERSION_3, 1)
  head.writeInt32BE(keyId, 2)
  return Buffer.concat([head, seal(secret, payload, iv)]).toString('base64')
}

function parsePair(json: string): { inner: string; responseKey: Buffer } | null {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null) return null
    const { refresh_response_key, refresh_token } = value as Record<string, unknown>
    if (typeof refresh_response_key !== 'string' || typeof refresh_token !== 'string') return null
    const responseKey = decodeBase64(refresh_response_key)
    return responseKey?.length === 32 ? { inner: refresh_token, responseKey } : null
  } catch {
    return null
  }
}
