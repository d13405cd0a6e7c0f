import 'server-only'

/** What a TCF v2 string says about vendors and purposes. */
export interface TcfString {
  /** Whether this vendor may use this purpose, by consent or legitimate interest. */
  allows(vendor: number, purpose: number): boolean
}

/**
 * Parses a TCF v2 string with all segments. Null when it is invalid. It rejects what the operator's decoder
 * rejects (https://github.com/InteractiveAdvertisingBureau/iabtcf-java): another version, a segment that is
 * cut off, a vendor range that runs backwards or beyond the highest vendor. Ranges are not expanded, so the
 * work depends only on the string's length. Pure.
 *
 * Layout: https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework
 */
export function parseTcfString(text: string): TcfString | null {
  const [core = '', ...others] = text.split('.')
  try {
    const says = readCore(new Bits(core))
    for (const segment of others) readSegment(new Bits(segment))
    return says
  } catch (error) {
    if (error instanceof UnreadableError) return null
    throw error
  }
}

function readCore(bits: Bits): TcfString {
  if (bits.integer(6) !== 2) throw new UnreadableError()
  // Skips times, consent platform, language, versions and special features.
  bits.skip(36 + 36 + 12 + 12 + 6 + 12 + 12 + 6 + 1 + 1 + 12)
  const consents = bits.flags(24)
  const interests = bits.flags(24)
  // Skips the treatment of purpose 1 and the publisher's country.
  bits.skip(1 + 12)
  const byConsent = readVendors(bits)
  const byInterest = readVendors(bits)
  for (let restrictions = bits.integer(12); restrictions > 0; restrictions--) {
    // Skips the purpose and the type of the restriction.
    bits.skip(6 + 2)
    readRanges(bits, 65_535)
  }
  return {
    allows: (vendor, purpose) =>
      (consents(purpose) && byConsent(vendor)) || (interests(purpose) && byInterest(vendor)),
  }
}

/** Types 1 and 2 list vendors, type 3 has the publisher's own purposes. Later types are skipped. */
function readSegment(bits: Bits): void {
  const type = bits.integer(3)
  if (type === 1 || type === 2) readVendors(bits)
  if (type !== 3) return
  bits.skip(24 + 24)
  bits.skip(2 * bits.integer(6))
}

type Includes = (id: number) => boolean

function readVendors(bits: Bits): Includes {
  const highest = bits.integer(16)
  return bits.integer(1) === 0 ? bits.flags(highest) : readRanges(bits, highest)
}

function readRanges(bits: Bits, highest: number): Includes {
  const ranges: [first: number, last: number][] = []
  for (let entries = bits.integer(12); entries > 0; entries--) {
    const isRange = bits.integer(1) === 1
    const first = bits.integer(16)
    const last = isRange ? bits.integer(16) : first
    if (first > last || last > highest) throw new UnreadableError()
    ranges.push([first, last])
  }
  return (id) => ranges.some(([first, last]) => first <= id && id <= last)
}

class UnreadableError extends Error {}

/**
 * The bits of one segment in base64url, most significant first. As in the operator's decoder, only whole
 * bytes count.
 */
class Bits {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(segment: string) {
    const [, digits = '', padding = ''] = /^([\w-]+)(={0,2})$/.exec(segment) ?? []
    const dangling = digits.length % 4
    if (digits === '' || dangling === 1 || (padding !== '' && padding.length !== (4 - dangling) % 4))
      throw new UnreadableError()
    this.#bytes = Buffer.from(segment, 'base64url')
  }

  skip(count: number): void {
    this.#at += count
    if (this.#at > this.#bytes.length * 8) throw new UnreadableError()
  }

  integer(width: number): number {
    const from = this.#at
    this.skip(width)
    let value = 0
    for (let at = from; at < this.#at; at++) value = value * 2 + this.#bit(at)
    return value
  }

  /** Reads `count` flags, for the ids from 1 on. */
  flags(count: number): Includes {
    const from = this.#at
    this.skip(count)
    return (id) => id >= 1 && id <= count && this.#bit(from + id - 1) === 1
  }

  #bit(at: number): number {
    return ((this.#bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1
  }
}
