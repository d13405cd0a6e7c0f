import { GppModel } from '@iabgpp/cmpapi'
import fc from 'fast-check'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { gppDenies, tcfAllowsEuid } from '#lib/policies/consent-strings.ts'
import { gppOf, hasField, uses, usSections } from '../../support/gpp.ts'

describe('a TCF string (U9)', () => {
  it.each([
    'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA',
    'CPehNtWPehNtWABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA',
    // With further segments, as consent platforms send them.
    'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA.IAAA',
  ])('%s allows EUID, with each purpose by consent or by legitimate interest', (tcf) => {
    expect(tcfAllowsEuid(tcf)).toBe(true)
  })

  it.each([
    ['lacks purpose 1', 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA'],
    ['is no string of that kind', 'invalid_consent_string'],
    ['is cut short', 'CPhJRpMPhJRpM'],
    ['is empty', ''],
    ['is a dot', '.'],
    ['is very long', 'C'.repeat(4096)],
  ])('that %s does not', (_, tcf) => {
    expect(tcfAllowsEuid(tcf)).toBe(false)
  })
})

const usnat = (fields: object) => {
  const { gpp, gppSid } = gppOf('usnat', fields as Record<string, unknown>)
  return gppDenies(gpp, gppSid)
}

describe('a GPP string', () => {
  it.each(usSections)('without opt-outs in section %i (%s) denies nothing', (_, name) => {
    const { gpp, gppSid } = gppOf(name)
    expect(gppDenies(gpp, gppSid)).toBe(false)
    expect(gppDenies(gpp)).toBe(false)
  })

  const optOuts = usSections.flatMap(([, name]) =>
    [...uses.map((use) => [`${use}OptOut`, 1] as const), ['Gpc', true] as const]
      .filter(([field]) => hasField(name, field))
      .map(([field, value]) => [name, field, value] as const),
  )
  it.each(optOuts)('denies by %s %s', (name, field, value) => {
    const { gpp, gppSid } = gppOf(name, { [field]: value })
    expect(gppDenies(gpp, gppSid)).toBe(true)
    // Also without ids of applicable sections.
    expect(gppDenies(gpp)).toBe(true)
  })

  it('counts only by the sections that apply', () => {
    const { gpp } = gppOf('usca', { SaleOptOut: 1 })
    expect(gppDenies(gpp, [])).toBe(false)
    for (const none of [[-1], [0], [2]]) expect(gppDenies(gpp, none)).toBe(false)
    expect(gppDenies(gpp, [8])).toBe(true)
  })

  it('without a section that applies, or with one that cannot be read, counts as an opt-out', () => {
    const { gpp } = gppOf('usca')
    for (const sids of [[7], [8, 7], [99]]) expect(gppDenies(gpp, sids)).toBe(true)
    for (const broken of ['', 'DBABLA', 'DBABLA~', 'DBABLA~garbage!', 'nonsense', gpp.slice(0, 8)])
      expect(gppDenies(broken, [7])).toBe(true)
    expect(gppDenies('nonsense')).toBe(true)
  })

  it('with the older US Privacy section denies unless that says that nothing was opted out of', () => {
    const of = (optOut: string) => {
      const model = new GppModel()
      model.setFieldValue('uspv1', 'OptOutSale', optOut)
      return gppDenies(model.encode(), [6])
    }
    expect([of('Y'), of('-'), of('N')]).toEqual([true, true, false])
  })

  it('denies without notice, for children, and in service provider mode, as Prebid does', () => {
    expect(usnat({ SaleOptOutNotice: 2 })).toBe(true)
    expect(usnat({ SharingNotice: 0 })).toBe(true)
    expect(usnat({ KnownChildSensitiveDataConsents: [0, 2, 0] })).toBe(true)
    expect(usnat({ MspaServiceProviderMode: 1 })).toBe(true)
    expect(usnat({ PersonalDataConsents: 2 })).toBe(true)
  })
})

describe('the server denies whenever Prebid does (P2)', () => {
  type Consent = Record<string, unknown>
  let prebid: { denied(consent: Consent): boolean; asNational: Record<number, (consent: Consent) => Consent> }

  beforeAll(async () => {
    // Prebid looks for a browser when it is evaluated; these two modules then need none.
    vi.stubGlobal('window', globalThis)
    vi.stubGlobal('document', { createElement: () => ({}), addEventListener() {} })
    vi.stubGlobal('location', new URL('http://localhost/'))
    const modules = new URL('../../../node_modules/prebid.js/dist/src/', import.meta.url)
    const { isConsentDenied } = await import(new URL('libraries/mspa/activityControls.js', modules).href)
    const { NORMALIZATIONS } = await import(new URL('modules/gppControl_usstates.js', modules).href)
    prebid = { denied: isConsentDenied, asNational: NORMALIZATIONS }
    return () => vi.unstubAllGlobals()
  })

  const value = fc.integer({ min: 0, max: 2 })
  const fields = fc.record({
    SaleOptOut: value,
    SaleOptOutNotice: value,
    SharingOptOut: value,
    SharingOptOutNotice: value,
    SharingNotice: value,
    TargetedAdvertisingOptOut: value,
    TargetedAdvertisingOptOutNotice: value,
    PersonalDataConsents: value,
    MspaServiceProviderMode: value,
  })

  it.each([7, 8, 9, 10, 11, 12])('for any content of section %i', (id) => {
    const name = usSections.find(([other]) => other === id)?.[1] ?? ''
    fc.assert(
      fc.property(fields, (content) => {
        const { gpp, gppSid, section } = gppOf(name, content)
        const normalised = prebid.asNational[id]?.(section) ?? {}
        // The page must not say that a token is used which Prebid would drop.
        expect(gppDenies(gpp, gppSid) || !prebid.denied(normalised)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
