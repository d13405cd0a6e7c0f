import 'server-only'

import { FIRST_LEVEL_SALT, ROTATING_SALT } from './key-material'
import { sha256 } from './normalise'
import type { Scope } from './types'

export type IdentityType = 'email' | 'phone'

/** Scope and type in one byte. The two low bits are free. */
export function prefixByte(scope: Scope, type: IdentityType): number {
  return (scope === 'euid' ? 0x10 : 0) | (type === 'phone' ? 0x04 : 0)
}

export function firstLevelHash(idHash: Uint8Array): Buffer {
  return sha256(Buffer.from(idHash).toString('base64'), FIRST_LEVEL_SALT)
}

/** 32 bytes (v2) in UID2. EUID adds the prefix byte in front (v3). */
export function rawUid(flh: Uint8Array, scope: Scope, type: IdentityType): Buffer {
  const v2 = sha256(Buffer.from(flh).toString('base64'), ROTATING_SALT)
  return scope === 'uid2' ? v2 : Buffer.concat([Buffer.of(prefixByte(scope, type)), v2])
}
