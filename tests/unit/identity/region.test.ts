import { describe, expect, it } from 'vitest'
import { placeOf, regionRule } from '#lib/identity/region.ts'

describe('the place that a header names', () => {
  it.each([
    ['US', { country: 'US', subdivision: null }],
    [' us ', { country: 'US', subdivision: null }],
    ['US-CA', { country: 'US', subdivision: 'CA' }],
    ['gb_ENG', { country: 'GB', subdivision: 'ENG' }],
  ])('%j is a country, perhaps with a part of it', (value, place) => {
    expect(placeOf(value)).toEqual(place)
  })

  it.each([null, '', 'XX', 'T1', 'EU', 'USA', 'U', 'US-', 'US-CALI', 'US,DE', 'Ü'])(
    '%j is nowhere',
    (value) => {
      expect(placeOf(value)).toBeNull()
    },
  )
})

describe('where a product runs', () => {
  const runs = (country: string | null, product: 'uid2' | 'euid') =>
    regionRule(country === null ? null : { country, subdivision: null }, product).runs

  it.each(['US', 'CA', 'JP', 'AU', 'BR'])('UID2 in %s, EUID not', (country) => {
    expect([runs(country, 'uid2'), runs(country, 'euid')]).toEqual([true, false])
  })

  it.each(['AT', 'DE', 'FR', 'GR', 'IE', 'IS', 'LI', 'NO', 'GB', 'CH', 'RE'])(
    'EUID in %s, UID2 not, because the GDPR or its kin applies',
    (country) => {
      expect([runs(country, 'uid2'), runs(country, 'euid')]).toEqual([false, true])
    },
  )

  it('neither where nobody can say where the reader is', () => {
    expect([runs(null, 'uid2'), runs(null, 'euid')]).toEqual([false, false])
  })
})
