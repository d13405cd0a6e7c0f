import 'server-only'

import { open, seal } from './aes-gcm'
import { decodeBase64 } from './java-base64'
import { activeKey, keyById, MASTER_SITE } from './key-material'
import { type IdentityType, prefixByte } from './raw-uid'
import type { Scope } from './types'

const VERSION_3 = 0x70
const VERSION_4 = 0x80
const SERVICE_OPERATOR = 1
/** Bit 0 is always set. Other bits mark tokens made by a browser. */
const SERVER_GENERATED = 1

export interface AdvertisingTokenParts {
  scope: Scope
  type: IdentityType
  siteId: number
  establishedAt: number
  createdAt: number
  expiresAt: number
  uid: Uint8Array
}

/** Fixed IVs for tests that compare bytes. */
export interface TokenIvs {
  master: Uint8Array
  site: Uint8Array
}

export function encodeAdvertisingToken(
  parts: AdvertisingTokenParts,
  ivs?: TokenIvs,
  siteKeyId = activeKey(parts.siteId, parts.createdAt)?.id,
): string {
  const master = activeKey(MASTER_SITE, parts.createdAt)
  const site = siteKeyId === undefined ? undefined : keyById(siteKeyId)
  if (!master || !site) throw new Error('No active encryption key available')

  const sitePayload = Buffer.alloc(36)
  sitePayload.writeInt32BE(parts.siteId, 0)
  sitePayload.writeInt32BE(SERVER_GENERATED, 16)
  sitePayload.writeBigInt64BE(BigInt(parts.establishedAt), 20)
  sitePayload.writeBigInt64BE(BigInt(parts.createdAt), 28)

  const masterHead = Buffer.alloc(33)
  masterHead.writeBigInt64BE(BigInt(parts.expiresAt), 0)
  masterHead.writeBigInt64BE(BigInt(parts.createdAt), 8)
  masterHead.writeUInt8(SERVICE_OPERATOR, 20)
  masterHead.writeInt32BE(site.id, 29)

  const header = Buffer.alloc(6)
  header.writeUInt8(prefixByte(parts.scope, parts.type) | 3, 0)
  header.writeUInt8(VERSION_4, 1)
  header.writeInt32BE(master.id, 2)

  const sealedSite = seal(site.secret, Buffer.concat([sitePayload, parts.uid]), ivs?.site)
  const sealedMaster = seal(master.secret, Buffer.concat([masterHead, sealedSite]), ivs?.master)
  return Buffer.concat([header, sealedMaster]).toString('base64url')
}

/** Version 3 has the layout of version 4 in the other alphabet. */
function tokenBytes(token: string): Buffer | null {
  const [, version] = Buffer.from(token.slice(0, 4), 'base64url')
  if (version === VERSION_3) return decodeBase64(token)
  if (version !== VERSION_4 || !/^[A-Za-z0-9_-]+$/.test(token)) return null
  return Buffer.from(token, 'base64url')
}

/** What validate needs: the site that owns the token's site key, and the raw UID. */
export function decodeAdvertisingToken(token: string): { keySiteId: number; uid: Buffer } | null {
  const bytes = tokenBytes(token)
  if (!bytes || bytes.length < 6) return null
  const master = keyById(bytes.readInt32BE(2))
  const masterPayload = master && open(master.secret, bytes.subarray(6))
  if (!masterPayload || masterPayload.length < 33) return null
  const site = keyById(masterPayload.readInt32BE(29))
  const sitePayload = site && open(site.secret, masterPayload.subarray(33))
  if (!sitePayload || sitePayload.length < 68) return null
  return { keySiteId: site.siteId, uid: sitePayload.subarray(36) }
}
