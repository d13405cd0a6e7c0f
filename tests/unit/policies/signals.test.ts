import { describe, expect, it } from 'vitest'
import type { ConsentSignals, Product } from '#lib/identity/public-identity.ts'
import { consentSignals } from '#lib/policies/signals.ts'
import { contextOf } from './context.ts'

/** Purposes 1, 2, 3, 4, 7 and 10 for vendor 21; the same without purpose 1. */
const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'
const withoutPurpose1 = 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA'

const check = (product: Product, signals: ConsentSignals, cookies = {}) =>
  consentSignals({ product }).check(contextOf({ consent: { signals }, cookies }))
const stringOf = (product: Product, signals: ConsentSignals, cookies = {}) =>
  consentSignals({ product }).passesOn?.(contextOf({ consent: { signals }, cookies }))?.tcf
const refusedFor = (reason: 'gdpr' | 'consent') => ({ status: 'unsupported', reason })

describe('consent signals as a policy', () => {
  it.each<ConsentSignals>([
    { gdprApplies: true },
    { gdprApplies: true, tcf: sufficient },
    // A platform that asked for consent under the TCF, without saying that GDPR does not apply.
    { tcf: sufficient },
    { gppSid: [2], gpp: 'DBAA' },
  ])('refuse UID2 where GDPR applies: %j', (signals) => {
    expect(check('uid2', signals)).toEqual(refusedFor('gdpr'))
  })

  it.each<ConsentSignals>([{}, { gdprApplies: false }, { gdprApplies: false, tcf: sufficient }])(
    'do not refuse UID2 elsewhere: %j',
    (signals) => {
      expect(check('uid2', signals)).toBeNull()
    },
  )

  it('allow EUID only with a consent string that has its purposes (U9)', () => {
    expect(check('euid', { gdprApplies: true, tcf: sufficient })).toBeNull()
    for (const tcf of [undefined, withoutPurpose1, 'CP', 'invalid_consent_string'])
      expect(check('euid', { gdprApplies: true, tcf })).toEqual(refusedFor('consent'))
  })

  it('refuse either product after an opt-out in a GPP string', () => {
    const gpp = { gpp: 'DBABLA~CAAVAAAAAABA.YA', gppSid: [7] }
    expect(check('uid2', gpp)).toEqual(refusedFor('consent'))
    expect(check('euid', { tcf: sufficient, ...gpp })).toEqual(refusedFor('consent'))
  })

  it('in the platform’s own cookie replace those recorded with the choice', () => {
    const cookie = (tcf: string) => ({ 'euconsent-v2': tcf })
    expect(check('euid', { tcf: sufficient }, cookie(withoutPurpose1))).toEqual(refusedFor('consent'))
    expect(check('euid', { tcf: withoutPurpose1 }, cookie(sufficient))).toBeNull()
    expect(stringOf('euid', { tcf: withoutPurpose1 }, cookie(sufficient))).toBe(sufficient)
    // A value that cannot be a consent string is ignored.
    expect(stringOf('euid', { tcf: sufficient }, cookie('<script>'))).toBe(sufficient)
  })

  it('give the consent string to the operator of EUID, and not to UID2’s', () => {
    expect(stringOf('euid', { tcf: sufficient })).toBe(sufficient)
    expect(stringOf('euid', {})).toBeUndefined()
    expect(stringOf('uid2', { gdprApplies: false, tcf: sufficient })).toBeUndefined()
  })

  it('are passed on whole with a token of EUID, and not with one of UID2', () => {
    const signals = { tcf: sufficient, gdprApplies: true, gpp: 'DBABM', gppSid: [2] }
    const passedOn = (product: Product) =>
      consentSignals({ product }).passesOn?.(contextOf({ consent: { signals } }))
    expect(passedOn('euid')).toEqual(signals)
    expect(passedOn('uid2')).toBeUndefined()
  })

  it('are ignored for a signed-out reader, and while the store cannot be read', () => {
    for (const product of ['uid2', 'euid'] as const) {
      const policy = consentSignals({ product })
      const context = contextOf({ consent: null, cookies: { 'euconsent-v2': withoutPurpose1 } })
      expect(policy.check(context)).toBeNull()
      expect(policy.passesOn?.(context)).toBeUndefined()
    }
  })
})
