import { GppModel, Sections } from '@iabgpp/cmpapi'
import { describe, expect, test } from 'vitest'
import { refusesId } from '#lib/ads/consent-rule.ts'
import { gppDenies, tcfAllowsEuid } from '#lib/identity/consent-strings.ts'
import { tcDataOf } from '#tests/support/cmp.ts'

const usSections = [...(Sections.SECTION_ID_NAME_MAP as Map<number, string>)].filter(([id]) => id >= 6)

/** What both sides say of a section with these fields; a field that it does not have is left out. */
function bothSay(id: number, fields: Record<string, unknown>, applicable: number[] | undefined = [id]) {
  const model = new GppModel()
  for (const [name, value] of Object.entries(fields))
    try {
      model.setFieldValueBySectionId(id, name, value)
    } catch {
      // The section has no such field.
    }
  const gppData = applicable === undefined ? {} : { applicableSections: applicable }
  const parsedSections = model.toObject()
  return {
    server: gppDenies(model.encode(), applicable),
    fence: refusesId({ componentName: 'uid2', gppConsent: { parsedSections, gppData } }),
  }
}

const willing = {
  OptOutSale: 'N',
  MspaCoveredTransaction: 1,
  SaleOptOutNotice: 1,
  SharingOptOutNotice: 1,
  SharingNotice: 1,
  TargetedAdvertisingOptOutNotice: 1,
  SaleOptOut: 2,
  SharingOptOut: 2,
  TargetedAdvertisingOptOut: 2,
}

describe.each(usSections)('P2, K6: GPP section %i, %s: the fence says what the server says', (id, name) => {
  test.each<[string, Record<string, unknown>]>([
    ['all yes', {}],
    ['sale', { SaleOptOut: 1, OptOutSale: 'Y' }],
    ['sharing', { SharingOptOut: 1 }],
    ['targeted advertising', { TargetedAdvertisingOptOut: 1 }],
    ['no notice', { SaleOptOutNotice: 2 }],
    ['a yes without notice', { TargetedAdvertisingOptOutNotice: 0 }],
    ['Gpc', { Gpc: true }],
    ['personal data', { PersonalDataConsents: 2 }],
    ['a service provider', { MspaServiceProviderMode: 1 }],
    ['MSPA', { MspaCoveredTransaction: 2 }],
  ])(`P2, K6: ${name}: %s`, (_name, fields) => {
    const { server, fence } = bothSay(id, { ...willing, ...fields })
    expect(fence).toBe(server)
    expect(bothSay(id, willing)).toEqual({ server: false, fence: false })
  })
})

test('P2, K6: sections count by what is said to apply, and one that is not there is a no', () => {
  const out = { ...willing, SaleOptOut: 1 }
  expect(bothSay(16, out, [-1])).toEqual({ server: false, fence: false })
  expect(bothSay(16, out, [])).toEqual({ server: false, fence: false })
  expect(bothSay(16, out, undefined)).toEqual({ server: true, fence: true })
  expect(bothSay(16, willing, [16, 8])).toEqual({ server: true, fence: true })
})

test('P2: a platform that never answered its GPP question has not opted anybody out', () => {
  expect(refusesId({ componentName: 'uid2', gppConsent: { parsedSections: {}, gppData: null } })).toBe(false)
  expect(refusesId({ componentName: 'uid2' })).toBe(false)
})

test('P2, U9: the TCF section of a GPP string stops UID2, unless the TCF’s own API says that GDPR does not apply', () => {
  const gppConsent = { parsedSections: {}, gppData: { applicableSections: [2] } }
  expect(refusesId({ componentName: 'uid2', gppConsent })).toBe(true)
  expect(refusesId({ componentName: 'uid2', gppConsent, gdprConsent: {} })).toBe(false)
  expect(refusesId({ componentName: 'euid', gppConsent })).toBe(false)
})

test.each([
  ['vendor 21 and all purposes', 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA', true],
  ['no purpose 1', 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA', false],
])('P2, U9: EUID: %s', (_name, tcf, allowed) => {
  const vendorData = tcDataOf(tcf)
  expect(tcfAllowsEuid(tcf)).toBe(allowed)
  expect(refusesId({ componentName: 'euid', gdprConsent: { vendorData } })).toBe(!allowed)
  expect(refusesId({ componentName: 'euid', gdprConsent: { vendorData: undefined } })).toBe(true)
  expect(refusesId({ componentName: 'uid2', gdprConsent: { vendorData } })).toBe(false)
})
