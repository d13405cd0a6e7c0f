import 'server-only'

import { decodeBase64 } from './java-base64'
import { type JsonObject, textField } from './json'
import { isPhone, normaliseEmail, sha256 } from './normalise'
import { firstLevelHash, type IdentityType } from './raw-uid'
import { clientError } from './replies'
import type { OperatorReply } from './types'

const FIELDS = ['email', 'email_hash', 'phone', 'phone_hash'] as const

interface IdentityInput {
  type: IdentityType
  flh: Buffer
}

type Read = { ok: true; identity: IdentityInput } | { ok: false; reply: OperatorReply }

/** Reads the identity of a payload. */
export function readIdentity(payload: JsonObject | null): Read {
  const given = FIELDS.flatMap((field) => {
    const value = textField(payload, field)
    return value === undefined ? [] : [{ field, value }]
  })
  const [only] = given
  if (!only || given.length > 1) {
    const fields = FIELDS.join(', ')
    return refuse(`Required Parameter Missing: exactly one of [${fields}] must be specified`)
  }
  const idHash = hashOf(only.field, only.value)
  if (!idHash) return refuse('Invalid Identifier')
  const type = only.field.startsWith('phone') ? 'phone' : 'email'
  return { ok: true, identity: { type, flh: firstLevelHash(idHash) } }
}

function hashOf(field: (typeof FIELDS)[number], value: string): Buffer | null {
  if (field === 'email') {
    const email = normaliseEmail(value)
    return email === null ? null : sha256(email)
  }
  if (field === 'phone') return isPhone(value) ? sha256(value) : null
  return decodeHash(value)
}

/** By length only: 64 hex digits of either case, or 44 characters of base64. */
function decodeHash(value: string): Buffer | null {
  if (value.length === 44) return decodeBase64(value)
  return /^[0-9a-fA-F]{64}$/.test(value) ? Buffer.from(value, 'hex') : null
}

function refuse(message: string): { ok: false; reply: OperatorReply } {
  return { ok: false, reply: clientError(message) }
}
