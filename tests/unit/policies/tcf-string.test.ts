import { TcfEuV2 } from '@iabgpp/cmpapi'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tcfAllowsEuid } from '#lib/policies/consent-strings.ts'
import { parseTcfString } from '#lib/policies/tcf-string.ts'

/** From the operator's own tests: vendor 21 has every purpose. */
const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'

const purposesOf = (tcf: string, vendor: number) =>
  Array.from({ length: 24 }, (_, i) => i + 1).filter((purpose) =>
    parseTcfString(tcf)?.allows(vendor, purpose),
  )

// Strings and their contents are from the tests of IAB's Java decoder, which the operator uses.
describe('a TCF string that IAB’s Java decoder reads (U9b)', () => {
  const fields = 'COrEAV4OrXx94ACABBENAHCIAD-AAAAAAACAAxAAAAgAIAwgAgAAAAEAgQAAAAAEAYQAQAAAACAAAABAAA'
  const disclosed = 'IBAgAAAgAIAwgAgAAAAEAAAACA'
  const allowed = 'QAagAQAgAIAwgA'

  it.each([
    ['bit fields', fields],
    ['disclosed and allowed vendors', `${fields}.${disclosed}.${allowed}`],
    ['every segment, and padding', `${fields}.${disclosed}.${allowed}.cAAAAAAAITg=`],
  ])('is read, with %s', (_, tcf) => {
    expect(purposesOf(tcf, 23)).toEqual([3, 4, 5, 6, 7, 8, 9])
    expect([24, 129, 130, 0].map((vendor) => purposesOf(tcf, vendor))).toEqual([[], [], [], []])
  })

  it.each([
    'COwBOpCOwBOpCLqAAAENAPCAAAAAAAAAAAAAFfwAYFfAV-BVkAGBVYFWAAA',
    'COv__-wOv__-wC2AAAENAPCgAAAAAAAAAAAAA_wAQA_gEBABAEAAAA',
    'COtybn4PA_zT4KjACBENAPCIAEBAAECAAIAAAAAAAAAA',
  ])('is read, with ranges of vendors or none: %s', (tcf) => {
    expect(parseTcfString(tcf)).not.toBeNull()
    expect(purposesOf(tcf, 21)).toEqual([])
  })
})

describe('a TCF string that the operator would refuse (U9b)', () => {
  it.each([
    ['of version 1', 'BOOzQoAOOzQoAAPAFSENCW-AIBACBAAABCA='],
    ['of version 1, in ranges', 'BOwOh-wOwOh-wABABBAAABAAAAACqADgAUACgAHgAPg'],
    ['of version 1, that reads as version 2 would', `B${sufficient.slice(1)}`],
    ['of version 3', `D${sufficient.slice(1)}`],
    ['with a segment of other characters', `${sufficient}.I!AA`],
    ['with an empty segment', `${sufficient}..IAAA`],
    ['with disclosed vendors that are cut short', `${sufficient}.IFoEUQQg`],
    ['with purposes of the publisher that are cut short', `${sufficient}.YAAA`],
    ['with padding that does not fit', `${sufficient}=`],
    ['with blanks', ` ${sufficient}`],
  ])('allows nothing: %s', (_, tcf) => {
    expect(parseTcfString(tcf)).toBeNull()
    expect(tcfAllowsEuid(tcf)).toBe(false)
  })

  it('allows nothing when it is cut at any place', () => {
    expect(tcfAllowsEuid(sufficient)).toBe(true)
    for (let length = 0; length < sufficient.length; length++)
      expect(parseTcfString(sufficient.slice(0, length)), `${length} characters`).toBeNull()
  })

  it.each([
    ['runs backwards', [30, 20]],
    ['ends beyond the highest vendor', [1, 41]],
  ] as const)('allows nothing: a range that %s', (_, [first, last]) => {
    const bits = (value: number, width: number) => value.toString(2).padStart(width, '0')
    const tcf = (from: number, to: number) => {
      const vendors = `${bits(40, 16)}1${bits(1, 12)}1${bits(from, 16)}${bits(to, 16)}`
      const core = `${bits(2, 6)}${'0'.repeat(146)}${'1'.repeat(48)}${'0'.repeat(13)}${vendors}${vendors}${bits(0, 12)}`
      const bytes = core.padEnd(Math.ceil(core.length / 8) * 8, '0').match(/.{8}/g) ?? []
      return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2))).toString('base64url')
    }
    expect(tcfAllowsEuid(tcf(20, 30))).toBe(true)
    expect(parseTcfString(tcf(first, last))).toBeNull()
  })
})

describe('a TCF string that IAB’s JavaScript library writes', () => {
  it('has each vendor and purpose as written', () => {
    const vendors = fc.uniqueArray(fc.integer({ min: 1, max: 2000 }), { maxLength: 900 })
    const purposes = fc.array(fc.boolean(), { minLength: 24, maxLength: 24 })
    fc.assert(
      fc.property(vendors, vendors, purposes, purposes, (consents, interests, consented, legitimate) => {
        const model = new TcfEuV2()
        model.setFieldValue('VendorConsents', consents)
        model.setFieldValue('VendorLegitimateInterests', interests)
        model.setFieldValue('PurposeConsents', consented)
        model.setFieldValue('PurposeLegitimateInterests', legitimate)
        const written = model.getFieldValue('PurposeLegitimateInterests') as boolean[]
        const tcf = model.encode()
        for (const vendor of [1, 21, 2000, ...consents.slice(0, 5), ...interests.slice(0, 5)])
          expect(purposesOf(tcf, vendor)).toEqual(
            consented.flatMap((consent, i) =>
              (consent && consents.includes(vendor)) || (written[i] && interests.includes(vendor))
                ? [i + 1]
                : [],
            ),
          )
      }),
      { numRuns: 50 },
    )
  })

  it('never makes the parser throw, however garbled', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        parseTcfString(text)
        parseTcfString(`C${Buffer.from(text).toString('base64url')}`)
      }),
      { numRuns: 500 },
    )
  })
})
