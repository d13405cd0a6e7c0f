import { GppModel } from '@iabgpp/cmpapi'
import { expect, test } from 'vitest'
import { refusesId } from '#lib/ads/prebid/consent-rule.ts'
import { gppDenies, tcfAllowsEuid } from '#lib/policies/consent-strings.ts'
import { tcDataOf } from '#tests/support/cmp.ts'
import { gppOf, hasField, usSections } from '#tests/support/gpp.ts'

/** Whether the server and Prebid's rule deny for one section, by default as the only one that applies. */
function denials(name: string, fields: Record<string, unknown> = {}, applicable?: number[] | 'unknown') {
  const { gpp, gppSid, section } = gppOf(name, fields)
  const sids = applicable === 'unknown' ? undefined : (applicable ?? gppSid)
  const gppData = sids === undefined ? {} : { applicableSections: sids }
  const gppConsent = { parsedSections: { [name]: section }, gppData }
  return { server: gppDenies(gpp, sids), prebid: refusesId({ componentName: 'uid2', gppConsent }) }
}

const denied = { server: true, prebid: true }
const allowed = { server: false, prebid: false }

test.each(usSections)('Prebid’s rule equals the server’s for GPP section %i, %s (P2, K6)', (_id, name) => {
  expect(denials(name)).toEqual(allowed)
  expect(denials(name, { MspaCoveredTransaction: 2 })).toEqual(allowed)
  for (const [field, value] of [
    ['SaleOptOut', 1],
    ['SharingOptOut', 1],
    ['TargetedAdvertisingOptOut', 1],
    ['SaleOptOutNotice', 2],
    ['TargetedAdvertisingOptOutNotice', 0],
    ['Gpc', true],
    ['PersonalDataConsents', 2],
    ['MspaServiceProviderMode', 1],
  ] as const)
    expect(denials(name, { [field]: value }), field).toEqual(hasField(name, field) ? denied : allowed)
  const children = gppOf(name).section.KnownChildSensitiveDataConsents
  for (const consent of [1, 2]) {
    const all = Array.isArray(children) ? children.map(() => consent) : consent
    const expected = children === undefined ? allowed : denied
    expect(denials(name, { KnownChildSensitiveDataConsents: all })).toEqual(expected)
  }
})

test('only the sections that apply count, and a missing one is a denial (P2, K6)', () => {
  const out = { SaleOptOut: 1 }
  expect(denials('ustx', out, [-1])).toEqual(allowed)
  expect(denials('ustx', out, [])).toEqual(allowed)
  expect(denials('ustx', out, 'unknown')).toEqual(denied)
  for (const sids of [[16, 8], [99]]) expect(denials('ustx', {}, sids)).toEqual(denied)
})

test.each(['Y', '-', 'N'])('the older US Privacy section counts, opted out %s (P2, K6)', (OptOutSale) => {
  const model = new GppModel()
  model.setFieldValue('uspv1', 'OptOutSale', OptOutSale)
  const gppConsent = { parsedSections: model.toObject(), gppData: { applicableSections: [6] } }
  expect(refusesId({ componentName: 'uid2', gppConsent })).toBe(gppDenies(model.encode(), [6]))
})

test('a platform without a GPP answer is no opt-out (P2)', () => {
  expect(refusesId({ componentName: 'uid2', gppConsent: { parsedSections: {}, gppData: null } })).toBe(false)
  expect(refusesId({ componentName: 'uid2' })).toBe(false)
})

test('the TCF section of a GPP string denies UID2, unless the TCF API reports no GDPR (P2, U9)', () => {
  const gppConsent = { parsedSections: {}, gppData: { applicableSections: [2] } }
  expect(refusesId({ componentName: 'uid2', gppConsent })).toBe(true)
  expect(refusesId({ componentName: 'uid2', gppConsent, gdprConsent: {} })).toBe(false)
  expect(refusesId({ componentName: 'euid', gppConsent })).toBe(false)
})

test.each([
  ['vendor 21 and all purposes', 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA', true],
  ['no purpose 1', 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA', false],
])('EUID needs all of its purposes: %s (P2, U9)', (_name, tcf, allowed) => {
  const vendorData = tcDataOf(tcf)
  expect(tcfAllowsEuid(tcf)).toBe(allowed)
  expect(refusesId({ componentName: 'euid', gdprConsent: { vendorData } })).toBe(!allowed)
  expect(refusesId({ componentName: 'euid', gdprConsent: { vendorData: undefined } })).toBe(true)
  expect(refusesId({ componentName: 'uid2', gdprConsent: { vendorData } })).toBe(false)
})
