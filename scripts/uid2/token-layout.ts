import { createDecipheriv } from 'node:crypto'
import { open } from '#lib/sandbox/operator/aes-gcm.ts'

/** What anyone can read in a token. */
export interface Header {
  readonly type: 'advertising' | 'refresh' | 'inner-refresh'
  readonly version: 2 | 3 | 4 | undefined
  /** Not in the header of version 2. */
  readonly scope: 'uid2' | 'euid' | undefined
  readonly identity: 'email' | 'phone' | undefined
  readonly keyId: number
}

/** What a token contains about its person, if its header does not. */
interface Inner {
  readonly scope: Header['scope']
  readonly identity: Header['identity']
}

/** What the operator's keys reveal of an advertising token. */
export interface Advertising extends Inner {
  readonly createdAt: number | undefined
  readonly expiresAt: number
  readonly siteKeyId: number
  readonly siteId: number
  readonly privacyBits: number
  readonly establishedAt: number
  readonly refreshedAt: number | undefined
  readonly uid: Buffer
}

/** What the key of an operator's refresh keyset reveals. Only the operator has it. */
export interface Refresh extends Inner {
  readonly createdAt: number
  readonly expiresAt: number
  readonly siteId: number
  readonly privacyBits: number
  readonly establishedAt: number
  readonly firstLevelHash: Buffer
}

export type Secrets = ReadonlyMap<number, Buffer>
export type Opened<T> =
  | { ok: true; value: T }
  | { ok: false; why: 'key-unknown' | 'key-wrong' | 'damaged'; keyId?: number }

const OUTER_REFRESH_BYTES = 291
const INNER_REFRESH_BYTES = 124
/** Lengths with a raw UID of 32 and of 33 bytes. */
const ADVERTISING_BYTES = [163, 164]

/** Version 4 uses the URL alphabet, others the standard one. Both are accepted. */
export function tokenBytes(token: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/_-]{8,}={0,2}$/.test(token)) return undefined
  return Buffer.from(token, 'base64')
}

export function readHeader(bytes: Buffer): Header | undefined {
  const [first = 0, second] = bytes
  const { scope, identity } = readPrefix(first)
  if (bytes.length === OUTER_REFRESH_BYTES && (first === 0 || first === 0x10))
    return { type: 'refresh', version: undefined, scope, identity: undefined, keyId: bytes.readInt32BE(1) }
  if (first === 2 && bytes.length > 45) {
    const unknown = { version: 2, scope: undefined, identity: undefined } as const
    return [1, 9, 17].every((at) => isTime(bytes.readBigInt64BE(at)))
      ? { type: 'inner-refresh', ...unknown, keyId: bytes.readInt32BE(25) }
      : { type: 'advertising', ...unknown, keyId: bytes.readInt32BE(1) }
  }
  if (bytes.length < 6 + 28 || (second !== 0x70 && second !== 0x80)) return undefined
  const version = second === 0x80 ? 4 : 3
  const type = version === 3 && bytes.length === INNER_REFRESH_BYTES ? 'inner-refresh' : 'advertising'
  return { type, version, scope, identity, keyId: bytes.readInt32BE(2) }
}

/** The first byte of tokens of version 3 and 4, and of raw UIDs longer than 32 bytes. */
const readPrefix = (byte: number) =>
  ({
    scope: (byte & 0x10) === 0 ? 'uid2' : 'euid',
    identity: (byte & 0x04) === 0 ? 'email' : 'phone',
  }) as const

/** A raw UID of 32 bytes does not contain its kind. */
const prefixOf = (uid: Buffer): Inner =>
  uid.length > 32 ? readPrefix(uid[0] ?? 0) : { scope: undefined, identity: undefined }

/** Whether an advertising token is complete, which its header does not show. */
export function isWhole(bytes: Buffer, { type, version }: Header): boolean {
  return type !== 'advertising' || version === 2 || ADVERTISING_BYTES.includes(bytes.length)
}

export function openAdvertising(bytes: Buffer, header: Header, secrets: Secrets): Opened<Advertising> {
  const v2 = header.version === 2
  const unseal = v2 ? openCbc : open
  const master = openWith(secrets, header.keyId, bytes.subarray(v2 ? 5 : 6), unseal)
  if (!master.ok) return master
  const siteKeyAt = v2 ? 8 : 29
  if (master.value.length < siteKeyAt + 4) return { ok: false, why: 'damaged' }
  const siteKeyId = master.value.readInt32BE(siteKeyAt)
  const site = openWith(secrets, siteKeyId, master.value.subarray(siteKeyAt + 4), unseal)
  if (!site.ok) return site
  const inner = v2 ? readSiteV2(site.value) : readSite(site.value)
  if (!inner) return { ok: false, why: 'damaged' }
  const createdAt = v2 ? undefined : Number(master.value.readBigInt64BE(8))
  return {
    ok: true,
    value: {
      createdAt,
      expiresAt: Number(master.value.readBigInt64BE(0)),
      siteKeyId,
      ...inner,
      ...prefixOf(inner.uid),
    },
  }
}

/** Opens both layers of a refresh token, or only the inner one if it is alone. */
export function openRefresh(bytes: Buffer, header: Header, secrets: Secrets): Opened<Refresh> {
  if (header.type === 'refresh') {
    const outer = openWith(secrets, header.keyId, bytes.subarray(5), open)
    if (!outer.ok) return outer
    const inner = innerToken(outer.value)
    const innerHeader = inner && readHeader(inner)
    if (innerHeader?.type !== 'inner-refresh') return { ok: false, why: 'damaged' }
    return openRefresh(inner as Buffer, innerHeader, secrets)
  }
  return header.version === 2 ? openInnerV2(bytes, header, secrets) : openInnerV3(bytes, header, secrets)
}

function openInnerV3(bytes: Buffer, { keyId }: Header, secrets: Secrets): Opened<Refresh> {
  const payload = openWith(secrets, keyId, bytes.subarray(6), open)
  if (!payload.ok) return payload
  const { value } = payload
  if (value.length !== 90) return { ok: false, why: 'damaged' }
  return {
    ok: true,
    value: {
      ...readPrefix(value[57] ?? 0),
      expiresAt: Number(value.readBigInt64BE(0)),
      createdAt: Number(value.readBigInt64BE(8)),
      siteId: value.readInt32BE(29),
      privacyBits: value.readInt32BE(45),
      establishedAt: Number(value.readBigInt64BE(49)),
      firstLevelHash: value.subarray(58),
    },
  }
}

function openInnerV2(bytes: Buffer, { keyId }: Header, secrets: Secrets): Opened<Refresh> {
  const payload = openWith(secrets, keyId, bytes.subarray(29), openCbc)
  if (!payload.ok) return payload
  const site = readSiteV2(payload.value)
  if (!site) return { ok: false, why: 'damaged' }
  const { siteId, privacyBits, establishedAt, uid: firstLevelHash } = site
  const times = { createdAt: Number(bytes.readBigInt64BE(1)), expiresAt: Number(bytes.readBigInt64BE(17)) }
  const inner: Inner = { scope: undefined, identity: undefined }
  return { ok: true, value: { ...inner, ...times, siteId, privacyBits, establishedAt, firstLevelHash } }
}

function readSite(payload: Buffer) {
  if (payload.length !== 36 + 32 && payload.length !== 36 + 33) return undefined
  return {
    siteId: payload.readInt32BE(0),
    privacyBits: payload.readInt32BE(16),
    establishedAt: Number(payload.readBigInt64BE(20)),
    refreshedAt: Number(payload.readBigInt64BE(28)),
    uid: payload.subarray(36),
  }
}

/** int32 site ‖ int32 length ‖ base64 text ‖ int32 privacy bits ‖ int64 established */
function readSiteV2(payload: Buffer) {
  const length = payload.length < 20 ? -1 : payload.readInt32BE(4)
  if (length < 0 || payload.length !== 20 + length) return undefined
  return {
    siteId: payload.readInt32BE(0),
    uid: Buffer.from(payload.subarray(8, 8 + length).toString('latin1'), 'base64'),
    privacyBits: payload.readInt32BE(8 + length),
    establishedAt: Number(payload.readBigInt64BE(12 + length)),
    refreshedAt: undefined,
  }
}

type Unseal = (key: Buffer, sealed: Buffer) => Buffer | null

function openWith(secrets: Secrets, keyId: number, sealed: Buffer, unseal: Unseal): Opened<Buffer> {
  const secret = secrets.get(keyId)
  if (!secret) return { ok: false, why: 'key-unknown', keyId }
  const value = unseal(secret, sealed)
  return value ? { ok: true, value } : { ok: false, why: 'key-wrong', keyId }
}

function openCbc(key: Buffer, sealed: Buffer): Buffer | null {
  if (sealed.length < 32) return null
  const decipher = createDecipheriv('aes-256-cbc', key, sealed.subarray(0, 16))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()])
  } catch {
    return null
  }
}

function innerToken(json: Buffer): Buffer | undefined {
  try {
    const { refresh_token } = JSON.parse(json.toString('utf8')) as { refresh_token?: unknown }
    return typeof refresh_token === 'string' ? tokenBytes(refresh_token) : undefined
  } catch {
    return undefined
  }
}

/** A time of the years 2017 to 2100 in ms, which three random numbers in a row never are. */
function isTime(ms: bigint): boolean {
  return ms > 1_483_228_800_000n && ms < 4_133_980_800_000n
}
