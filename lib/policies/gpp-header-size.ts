import 'server-only'

/** The bits of base64url text, most significant first. */
interface Bits {
  take(count: number): number
  readonly left: number
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Reads zeros beyond the end. */
function bitsOf(text: string, from: number): Bits {
  let at = from
  return {
    take(count) {
      let value = 0
      for (let i = 0; i < count; i++, at++) {
        const digit = alphabet.indexOf(text[Math.floor(at / 6)] ?? 'A')
        value = value * 2 + ((digit >> (5 - (at % 6))) & 1)
      }
      return value
    },
    get left() {
      return text.length * 6 - at
    },
  }
}

/** No section of a GPP string has a higher id. */
const highestSection = 1000
/** Where the section ids begin in the header of a GPP string, in bits. */
const sectionIdsAt = 12

/**
 * Whether the section ids in a GPP header expand to too many. They are ranges of Fibonacci numbers, and the
 * library that reads them lists every number: a dozen characters from anyone could cost it seconds and
 * gigabytes. So the size is checked first.
 */
export function isGppHeaderTooLarge(header: string): boolean {
  const bits = bitsOf(header, sectionIdsAt)
  let id = 0
  for (let entries = bits.take(12); entries > 0 && bits.left > 0; entries--) {
    const isRange = bits.take(1) === 1
    id += fibonacci(bits)
    if (isRange) id += fibonacci(bits)
    if (id > highestSection) return true
  }
  return false
}

/** A Fibonacci-coded integer: two ones in a row end it. */
function fibonacci(bits: Bits): number {
  let [smaller, weight] = [1, 1]
  let value = 0
  for (let before = 0; bits.left > 0; ) {
    const bit = bits.take(1)
    if (bit === 1 && before === 1) break
    if (bit === 1) value += weight
    before = bit
    ;[smaller, weight] = [weight, smaller + weight]
  }
  return value
}
