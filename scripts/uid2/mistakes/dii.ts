import { normalizeEmail, normalizePhone } from '#lib/uid2/index.ts'

/** A person as somebody typed them, and as everybody has to hash them. */
export interface Dii {
  readonly kind: 'email' | 'phone'
  readonly given: string
  readonly normalised: string
}

/**
 * Numbers may come as databases keep them, with spaces, dots and brackets: what is meant is still one E.164
 * number as long as the country code is there.
 *
 * @throws TypeError when there is no common answer to what it should be hashed as
 */
export function readAs(kind: Dii['kind'], given: string): Dii {
  // Dialled within the country alone in most, and from everywhere in Italy.
  if (kind === 'phone' && given.includes('(0)'))
    throw new TypeError('phone must be as it is dialled from abroad, without (0)')
  const normalised = kind === 'email' ? normalizeEmail(given) : normalizePhone(given.replace(/[\s().-]/g, ''))
  return { kind, given, normalised }
}

/** One thing done wrong on the way from an address to what is sent. */
export interface Mistake {
  readonly id: string
  /** What was done, as the end of “The system …”. */
  readonly what: string
  readonly remedy: string
}
