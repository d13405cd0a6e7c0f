import 'server-only'

/** The vendor id of EUID in the IAB's Global Vendor List, and the purposes that a token needs. */
const VENDOR = 21
const PURPOSES = [1, 2, 3, 4, 7, 10]

/**
 * Reads the core segment of a TCF v2 string: does vendor 21 hold every needed purpose, by consent or by
 * legitimate interest? Layout: https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework
 */
export function readConsent(tcf: string): 'sufficient' | 'insufficient' | 'invalid' {
  const core = tcf.split('.')[0] ?? ''
  if (!/^[A-Za-z0-9_-]+$/.test(core)) return 'invalid'
  const bits = new BitReader(Buffer.from(core, 'base64url'))
  try {
    if (bits.integer(6) !== 2) return 'invalid'
    bits.skip(36 + 36 + 12 + 12 + 6 + 12 + 12 + 6 + 1 + 1 + 12)
    const consented = bits.flags(24)
    const legitimate = bits.flags(24)
    bits.skip(1 + 12)
    const byConsent = vendorListed(bits)
    const byInterest = vendorListed(bits)
    const holds = (purpose: number) =>
      (byConsent && consented[purpose - 1] === true) || (byInterest && legitimate[purpose - 1] === true)
    return PURPOSES.every(holds) ? 'sufficient' : 'insufficient'
  } catch (error) {
    if (error instanceof RangeError) return 'invalid'
    throw error
  }
}

function vendorListed(bits: BitReader): boolean {
  const maxVendor = bits.integer(16)
  const isRangeEncoded = bits.integer(1) === 1
  if (!isRangeEncoded) return bits.flags(maxVendor)[VENDOR - 1] === true
  let listed = false
  for (let entries = bits.integer(12); entries > 0; entries--) {
    const isRange = bits.integer(1) === 1
    const start = bits.integer(16)
    const end = isRange ? bits.integer(16) : start
    listed ||= start <= VENDOR && VENDOR <= end
  }
  return listed
}

class BitReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  integer(width: number): number {
    return this.flags(width).reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0)
  }

  flags(count: number): boolean[] {
    return Array.from({ length: count }, () => this.#next())
  }

  skip(count: number): void {
    this.#at += count
  }

  #next(): boolean {
    const byte = this.#bytes[this.#at >> 3]
    if (byte === undefined) throw new RangeError('the consent string ends early')
    const bit = (byte >> (7 - (this.#at & 7))) & 1
    this.#at += 1
    return bit === 1
  }
}
