import { normalizeEmail, normalizePhone } from '#lib/uid2/index.ts'

/** A person's address or number as typed, and normalised for hashing. */
export interface Dii {
  readonly kind: 'email' | 'phone'
  readonly given: string
  readonly normalised: string
}

/**
 * Numbers may be formatted as in databases, with spaces, dots and brackets, as long as the country code is
 * there.
 *
 * @throws TypeError when it is unclear what to hash
 */
export function readAs(kind: Dii['kind'], given: string): Dii {
  // (0) is dialled only within the country in most countries, and also from abroad in Italy.
  if (kind === 'phone' && given.includes('(0)'))
    throw new TypeError('phone must be as it is dialled from abroad, without (0)')
  const normalised = kind === 'email' ? normalizeEmail(given) : normalizePhone(given.replace(/[\s().-]/g, ''))
  return { kind, given, normalised }
}

/** One mistake between an address and what is sent. */
export interface Mistake {
  readonly id: string
  /** What the system does, completing “The system …”. */
  readonly what: string
  readonly remedy: string
}
