import { GppModel } from '@iabgpp/cmpapi'
import { describe, expect, test } from 'vitest'
import { refusesId } from '#lib/ads/prebid/consent-rule.ts'
import { gppDenies, tcfAllowsEuid } from '#lib/policies/consent-strings.ts'
import { tcDataOf } from '#tests/support/cmp.ts'
import { gppOf, usSections } from '#tests/support/gpp.ts'

/** What both sides say of one section. `applicable`: those that are said to apply, the section itself by default. */
function bothSay(name: string, fields: Record<string, unknown> = {}, applicable?: number[] | 'unsaid') {
  const { gpp, gppSid, section } = gppOf(name, fields)
  const sids = applicable === 'unsaid' ? undefined : (applicable ?? gppSid)
  const gppData = sids === undefined ? {} : { applicableSections: sids }
  const gppConsent = { parsedSections: { [name]: section }, gppData }
  return { server: gppDenies(gpp, sids), fence: refusesId({ componentName: 'uid2', gppConsent }) }
}

describe.each(usSections)('P2, K6: GPP section %i, %s: the fence says what the server says', (_id, name) => {
  test.each<[string, Record<string, unknown>]>([
    ['sale', { SaleOptOut: 1 }],
    ['sharing', { SharingOptOut: 1 }],
    ['targeted advertising', { TargetedAdvertisingOptOut: 1 }],
    ['no notice', { SaleOptOutNotice: 2 }],
    ['a yes without notice', { TargetedAdvertisingOptOutNotice: 0 }],
    ['Gpc', { Gpc: true }],
    ['personal data', { PersonalDataConsents: 2 }],
    ['a service provider', { MspaServiceProviderMode: 1 }],
    ['not covered', { MspaCoveredTransaction: 2 }],
  ])(`P2, K6: ${name}: %s`, (_name, fields) => {
    const { server, fence } = bothSay(name, fields)
    expect(fence).toBe(server)
    expect(bothSay(name)).toEqual({ server: false, fence: false })
  })

  test(`P2, K6: ${name}: children`, () => {
    const of = gppOf(name).section.KnownChildSensitiveDataConsents
    for (const consent of [1, 2]) {
      const all = Array.isArray(of) ? of.map(() => consent) : consent
      const { server, fence } = bothSay(name, { KnownChildSensitiveDataConsents: all })
      expect(fence).toBe(server)
      expect(fence).toBe(of !== undefined)
    }
  })
})

test('P2, K6: only the sections that apply count, and a missing one is a denial', () => {
  const out = { SaleOptOut: 1 }
  expect(bothSay('ustx', out, [-1])).toEqual({ server: false, fence: false })
  expect(bothSay('ustx', out, [])).toEqual({ server: false, fence: false })
  expect(bothSay('ustx', out, 'unsaid')).toEqual({ server: true, fence: true })
  for (const sids of [[16, 8], [99]]) expect(bothSay('ustx', {}, sids)).toEqual({ server: true, fence: true })
})

test.each(['Y', '-', 'N'])('P2, K6: the older US Privacy section: opted out %s', (OptOutSale) => {
  const model = new GppModel()
  model.setFieldValue('uspv1', 'OptOutSale', OptOutSale)
  const gppConsent = { parsedSections: model.toObject(), gppData: { applicableSections: [6] } }
  expect(refusesId({ componentName: 'uid2', gppConsent })).toBe(gppDenies(model.encode(), [6]))
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
