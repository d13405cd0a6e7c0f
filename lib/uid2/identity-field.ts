import { argumentError } from './arguments'
import { hashEmail, hashPhone, toBase64Hash } from './hash'
import { normalizeEmail, normalizePhone, trimEmail } from './normalize'

/** One person's directly identifying information (DII): exactly one of the four. */
export type DiiInput = { email: string } | { phone: string } | { emailHash: string } | { phoneHash: string }

const KINDS = ['email', 'phone', 'emailHash', 'phoneHash'] as const

/**
 * The identity field of a request. By default addresses are hashed here, as in the official server SDKs, so
 * the operator never sees them. With `sendRaw` the operator normalises and hashes. Both reject the same
 * input.
 */
export async function toIdentityField(input: DiiInput, sendRaw: boolean): Promise<Record<string, string>> {
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
      return { email_hash: toBase64Hash(value, kind) }
    case 'phoneHash':
      return { phone_hash: toBase64Hash(value, kind) }
  }
}
