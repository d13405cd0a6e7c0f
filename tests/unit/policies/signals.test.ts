import { describe, expect, it } from 'vitest'
import type { ConsentSignals, Product } from '#lib/identity/public-identity.ts'
import { consentSignals } from '#lib/policies/signals.ts'
import { contextOf } from './context.ts'

/** Purposes 1, 2, 3, 4, 7 and 10 for vendor 21; and all but the first. */
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
    // A platform that asked for consent under the TCF, and does not say that GDPR does not apply.
    { tcf: sufficient },
    { gppSid: [2], gpp: 'DBAA' },
  ])('refuse UID2 where GDPR applies: %j', (signals) => {
    expect(check('uid2', signals)).toEqual(refusedFor('gdpr'))
  })

  it.each<ConsentSignals>([{}, { gdprApplies: false }, { gdprApplies: false, tcf: sufficient }])(
    'have no objection to UID2 elsewhere: %j',
    (signals) => {
      expect(check('uid2', signals)).toBeNull()
    },
  )

  it('let EUID run only with a consent string that has its purposes (U9)', () => {
    expect(check('euid', { gdprApplies: true, tcf: sufficient })).toBeNull()
    for (const tcf of [undefined, withoutPurpose1, 'CP', 'invalid_consent_string'])
      expect(check('euid', { gdprApplies: true, tcf })).toEqual(refusedFor('consent'))
  })

  it('refuse either product after an opt-out in a GPP string', () => {
    const gpp = { gpp: 'DBABLA~CAAVAAAAAABA.YA', gppSid: [7] }
    expect(check('uid2', gpp)).toEqual(refusedFor('consent'))
    expect(check('euid', { tcf: sufficient, ...gpp })).toEqual(refusedFor('consent'))
  })

  it('of the platform’s own cookie are newer than those that were recorded with the choice', () => {
    const cookie = (tcf: string) => ({ 'euconsent-v2': tcf })
    expect(check('euid', { tcf: sufficient }, cookie(withoutPurpose1))).toEqual(refusedFor('consent'))
    expect(check('euid', { tcf: withoutPurpose1 }, cookie(sufficient))).toBeNull()
    expect(stringOf('euid', { tcf: withoutPurpose1 }, cookie(sufficient))).toBe(sufficient)
    // What cannot be a consent string is none.
    expect(stringOf('euid', { tcf: sufficient }, cookie('<script>'))).toBe(sufficient)
  })

  it('give the operator of EUID the consent string, and that of UID2 none', () => {
    expect(stringOf('euid', { tcf: sufficient })).toBe(sufficient)
    expect(stringOf('euid', {})).toBeUndefined()
    expect(stringOf('uid2', { gdprApplies: false, tcf: sufficient })).toBeUndefined()
  })

  it('go along whole with a token of EUID, and not at all with one of UID2', () => {
    const signals = { tcf: sufficient, gdprApplies: true, gpp: 'DBABM', gppSid: [2] }
    const passedOn = (product: Product) =>
      consentSignals({ product }).passesOn?.(contextOf({ consent: { signals } }))
    expect(passedOn('euid')).toEqual(signals)
    expect(passedOn('uid2')).toBeUndefined()
  })

  it('say nothing of a reader who is signed out, or while the store cannot be read', () => {
    for (const product of ['uid2', 'euid'] as const) {
      const policy = consentSignals({ product })
      const context = contextOf({ consent: null, cookies: { 'euconsent-v2': withoutPurpose1 } })
      expect(policy.check(context)).toBeNull()
      expect(policy.passesOn?.(context)).toBeUndefined()
    }
  })
})
