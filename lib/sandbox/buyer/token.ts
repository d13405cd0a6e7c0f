import 'server-only'

import { createHash } from 'node:crypto'
import { decrypt } from './envelope'
import type { KeyRing } from './keys'

/** What a buyer could read in a token. `person` recognises a reader again without revealing the raw UID. */
export interface TokenReading {
  token: 'none' | 'readable' | 'expired' | 'unreadable'
  scope?: 'uid2' | 'euid'
  establishedAt?: number
  refreshedAt?: number
  expiresAt?: number
  person?: string
}

/** Why a token could not be read, with the official SDKs' names. Used only inside the buyer. */
export type UnreadableReason =
  | 'KEYS_NOT_SYNCED'
  | 'VERSION_NOT_SUPPORTED'
  | 'INVALID_IDENTITY_SCOPE'
  | 'NOT_AUTHORIZED_FOR_MASTER_KEY'
  | 'NOT_AUTHORIZED_FOR_KEY'
  | 'INVALID_PAYLOAD'
  | 'INVALID_TOKEN_LIFETIME'

export type Decrypted = { ok: true; reading: TokenReading } | { ok: false; refusal: UnreadableReason }

const PERSON_SALT = 'the sandbox buyer’s own salt: '

/** Decrypts in the order of the official SDKs: https://unifiedid.com/docs/guides/dsp-guide */
export function readToken(token: string, ring: KeyRing | undefined, now: number): Decrypted {
  if (!ring || ![...ring.secrets.values()].some(({ expiresAt }) => expiresAt > now)) {
    return refuse('KEYS_NOT_SYNCED')
  }
  const bytes = decodeToken(token)
  if (!bytes) return refuse('VERSION_NOT_SUPPORTED')
  const scope = (bytes.readUInt8(0) & 0x10) === 0 ? 'uid2' : 'euid'
  if (scope !== ring.scope) return refuse('INVALID_IDENTITY_SCOPE')

  const masterKey = ring.secrets.get(bytes.readInt32BE(2))
  if (!masterKey) return refuse('NOT_AUTHORIZED_FOR_MASTER_KEY')
  const master = decrypt(masterKey.secret, bytes.subarray(6))
  if (!master || master.length < 33) return refuse('INVALID_PAYLOAD')
  const expiresAt = Number(master.readBigInt64BE(0))
  const createdAt = Number(master.readBigInt64BE(8))
  if (expiresAt < now) return { ok: true, reading: { token: 'expired', scope, expiresAt } }

  const siteKey = ring.secrets.get(master.readInt32BE(29))
  if (!siteKey) return refuse('NOT_AUTHORIZED_FOR_KEY')
  const site = decrypt(siteKey.secret, master.subarray(33))
  if (!site || site.length < 68) return refuse('INVALID_PAYLOAD')
  if (expiresAt - createdAt > ring.maxLifetimeMs || createdAt > now + ring.clockSkewMs) {
    return refuse('INVALID_TOKEN_LIFETIME')
  }
  const reading = {
    token: 'readable' as const,
    scope,
    establishedAt: Number(site.readBigInt64BE(20)),
    refreshedAt: Number(site.readBigInt64BE(28)),
    expiresAt,
    person: personOf(site.subarray(36)),
  } satisfies TokenReading
  return { ok: true, reading }
}

/** Version 4 uses the URL alphabet, version 3 (the same bytes) the standard one. */
function decodeToken(token: string): Buffer | null {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(token)) return null
  const bytes = Buffer.from(token, 'base64url')
  const isKnown = bytes[1] === 0x80 || bytes[1] === 0x70
  return bytes.length > 6 && isKnown ? bytes : null
}

function personOf(rawUid: Uint8Array): string {
  return createHash('sha256').update(PERSON_SALT).update(rawUid).digest('hex').slice(0, 8)
}

function refuse(refusal: UnreadableReason): Decrypted {
  return { ok: false, refusal }
}
