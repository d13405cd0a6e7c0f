// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how macros are written.
import { describe, expect, it } from 'vitest'
import { fillMacros } from '#lib/ads/openrtb-macros.ts'

const known = {
  auctionId: 'req-1',
  bidId: 'res-2',
  impId: 'top',
  seatId: 'seat-3',
  adId: 'ad-4',
  price: 1.25,
  currency: 'USD',
}

/** Written by hand from the table in section 4.4 of OpenRTB 2.6. */
const table: [macro: string, value: string][] = [
  ['${AUCTION_ID}', 'req-1'],
  ['${AUCTION_BID_ID}', 'res-2'],
  ['${AUCTION_IMP_ID}', 'top'],
  ['${AUCTION_SEAT_ID}', 'seat-3'],
  ['${AUCTION_AD_ID}', 'ad-4'],
  ['${AUCTION_PRICE}', '1.25'],
  ['${AUCTION_CURRENCY}', 'USD'],
  ['${AUCTION_MBR}', '1'],
  ['${AUCTION_LOSS}', '0'],
  ['${AUCTION_MIN_TO_WIN}', ''],
  ['${AUCTION_MULTIPLIER}', ''],
  ['${AUCTION_IMP_TS}', ''],
  // Base64, as in the specification: `printf 1.25 | base64`.
  ['${AUCTION_PRICE:B64}', 'MS4yNQ=='],
  // An unknown encoding.
  ['${AUCTION_PRICE:ROT13}', ''],
  // Prebid’s own renderer fills this one as well.
  ['${CLICKTHROUGH}', ''],
]

describe('a macro of OpenRTB (P17)', () => {
  it.each(table)('%s is filled in at each place', (macro, value) => {
    expect(fillMacros(`<a href="/?a=${macro}&b=${macro}">`, known)).toBe(`<a href="/?a=${value}&b=${value}">`)
  })

  it('is removed without a known value', () => {
    const macros = table.map(([macro]) => macro).join('')
    expect(fillMacros(macros, { price: 2, currency: 'USD' })).toBe('2USD10Mg==')
  })

  it('gets its value unchanged, also one with a meaning in replacements', () => {
    expect(fillMacros('[${AUCTION_AD_ID}]', { ...known, adId: '$&$1é' })).toBe('[$&$1é]')
    expect(fillMacros('${AUCTION_AD_ID:B64}', { ...known, adId: 'é' })).toBe('w6k=')
  })

  it('is not any similar text', () => {
    const others = '$AUCTION_PRICE {AUCTION_PRICE} ${auction_price} ${price} $'
    expect(fillMacros(others, known)).toBe(others)
  })
})
