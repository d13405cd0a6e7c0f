import 'server-only'

/**
 * Consent strings hold ranges, of which the library that reads them lists every number: a dozen characters
 * that anybody may send could cost it seconds and gigabytes. So what a string would unfold to is counted first.
 */
interface Bits {
  take(count: number): number
  readonly left: number
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Reads base64url, most significant bit first; beyond its end there are zeros. */
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

/** How many more numbers than a real consent platform would ever list in one string. */
const most = 200_000
/** Where the vendors begin in the core of a TCF v2 string, in bits. */
const vendorsAt = 213

/** For the core segment of a TCF v2 string: vendors by consent, by legitimate interest, publisher restrictions. */
export function tcfUnfoldsTooFar(core: string): boolean {
  const bits = bitsOf(core, vendorsAt)
  let numbers = 0
  const ranges = () => {
    for (let entries = bits.take(12); entries > 0 && bits.left > 0 && numbers <= most; entries--) {
      const isRange = bits.take(1) === 1
      const first = bits.take(16)
      numbers += isRange ? Math.max(0, bits.take(16) - first + 1) : 1
    }
  }
  for (let vectors = 2; vectors > 0; vectors--) {
    const highest = bits.take(16)
    if (bits.take(1) === 1) ranges()
    else bits.take(Math.min(highest, bits.left))
  }
  for (let restrictions = bits.take(12); restrictions > 0 && bits.left > 0; restrictions--) {
    bits.take(8)
    ranges()
  }
  return numbers > most
}

/** No section of a GPP string has a higher id. */
const highestSection = 1000
/** Where the section ids begin in the header of a GPP string, in bits. */
const sectionIdsAt = 12

/** For the header of a GPP string: the ids of its sections, as Fibonacci numbers. */
export function gppUnfoldsTooFar(header: string): boolean {
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
