import 'server-only'

import { decodeBase64 } from './java-base64'

/** EUID's vendor id in IAB's Global Vendor List, and the purposes that a token needs. */
const VENDOR = 21
const PURPOSES = [1, 2, 3, 4, 7, 10]

type ConsentResult = 'sufficient' | 'insufficient' | 'invalid' | 'version-1'

/**
 * What the real operator reads in a TCF string: whether vendor 21 has every required purpose, by consent or
 * legitimate interest. Its library decodes a whole string of version 2 first. It accepts version 1 but lacks
 * the needed fields.
 * https://github.com/InteractiveAdvertisingBureau/iabtcf-java
 */
export function readConsent(tcf: string): ConsentResult {
  // As Java's `split`: empty parts at the end do not count.
  const segments = tcf.replace(/\.+$/, '').split('.').map(decodeSegment)
  const [core, ...others] = segments
  if (!core || others.includes(null)) return 'invalid'
  try {
    const version = new BitReader(core).integer(6)
    if (version === 1) return 'version-1'
    if (version !== 2) return 'invalid'
    const granted = readCore(new BitReader(core))
    readOthers(others.filter((bytes) => bytes !== null))
    return granted ? 'sufficient' : 'insufficient'
  } catch (error) {
    if (error instanceof RangeError) return 'invalid'
    throw error
  }
}

/** As `java.util.Base64.getUrlDecoder()` reads it. */
function decodeSegment(text: string): Buffer | null {
  return decodeBase64(text.replace(/[+/]/g, ' ').replaceAll('-', '+').replaceAll('_', '/'))
}

function readCore(bits: BitReader): boolean {
  bits.skip(6 + 36 + 36 + 12 + 12 + 6 + 12 + 12 + 6 + 1 + 1 + 12)
  const consented = bits.flags(24)
  const legitimate = bits.flags(24)
  bits.skip(1 + 12)
  const byConsent = vendorListed(bits)
  const byInterest = vendorListed(bits)
  for (let restrictions = bits.integer(12); restrictions > 0; restrictions--) {
    bits.skip(6 + 2)
    inRanges(bits)
  }
  return PURPOSES.every(
    (purpose) =>
      (byConsent && consented[purpose - 1] === true) || (byInterest && legitimate[purpose - 1] === true),
  )
}

/** The first segment of each type. Unknown types are skipped. */
function readOthers(segments: readonly Buffer[]): void {
  const types = segments.map((bytes) => new BitReader(bytes).integer(3))
  for (const type of [1, 2, 3]) {
    const bytes = segments[types.indexOf(type)]
    if (!bytes) continue
    const bits = new BitReader(bytes)
    bits.skip(3)
    if (type === 3) {
      bits.flags(24 + 24)
      bits.flags(2 * bits.integer(6))
    } else vendorListed(bits)
  }
}

function vendorListed(bits: BitReader): boolean {
  const maxVendor = bits.integer(16)
  return bits.integer(1) === 1 ? inRanges(bits, maxVendor) : bits.flags(maxVendor)[VENDOR - 1] === true
}

function inRanges(bits: BitReader, maxVendor = Number.POSITIVE_INFINITY): boolean {
  let listed = false
  for (let entries = bits.integer(12); entries > 0; entries--) {
    const isRange = bits.integer(1) === 1
    const start = bits.integer(16)
    const end = isRange ? bits.integer(16) : start
    if (isRange && (start > end || end > maxVendor)) throw new RangeError('a range that makes no sense')
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
