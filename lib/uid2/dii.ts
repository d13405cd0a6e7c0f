import { argumentError } from './arguments'
import { canonicalHash, hashEmail, hashPhone } from './hash'
import { normalizeEmail, normalizePhone, trimEmail } from './normalize'

/** Directly identifying information of one person: exactly one of the four. */
export type DiiInput = { email: string } | { phone: string } | { emailHash: string } | { phoneHash: string }

const KINDS = ['email', 'phone', 'emailHash', 'phoneHash'] as const

/**
 * The one identity field of a request. By default addresses are hashed here, as the official server SDKs
 * do, so the operator never sees them; `sendRaw` leaves normalising and hashing to the operator. Both
 * refuse the same input.
 */
export async function identityField(input: DiiInput, sendRaw: boolean): Promise<Record<string, string>> {
  const given: Partial<Record<(typeof KINDS)[number], string>> = input ?? {}
  const [kind, ...more] = KINDS.filter((name) => given[name] !== undefined)
  if (!kind || more.length > 0) throw argumentError('input', `must have exactly one of ${KINDS.join(', ')}`)
  const value = given[kind] as string
  switch (kind) {
    case 'email':
      if (!sendRaw) return { email_hash: await hashEmail(value) }
      normalizeEmail(value)
      return { email: trimEmail(value) }
    case 'phone':
      return sendRaw ? { phone: normalizePhone(value) } : { phone_hash: await hashPhone(value) }
    case 'emailHash':
      return { email_hash: canonicalHash(value, kind) }
    case 'phoneHash':
      return { phone_hash: canonicalHash(value, kind) }
  }
}
