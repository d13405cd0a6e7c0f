import { expect, test } from 'vitest'
import { firstPartyConsent } from '#lib/ads/prebid/first-party-consent.ts'

const known = { tcf: 'CPx', gdprApplies: true, gpp: 'DBAA', gppSid: [2, 7] }
const api = () => {}

test('consent that the server knows is in its OpenRTB 2.6 fields (P19)', () => {
  expect(firstPartyConsent(known, {})).toEqual({
    regs: { gdpr: 1, gpp: 'DBAA', gpp_sid: [2, 7] },
    user: { consent: 'CPx' },
  })
  expect(firstPartyConsent({ tcf: 'CPx' }, {})).toEqual({ user: { consent: 'CPx' } })
  expect(firstPartyConsent({ gdprApplies: false }, {})).toEqual({ regs: { gdpr: 0 } })
  expect(firstPartyConsent(undefined, {})).toEqual({})
})

test('fields that a platform of the page fills are left out (P19)', () => {
  expect(firstPartyConsent(known, { __tcfapi: api })).toEqual({ regs: { gpp: 'DBAA', gpp_sid: [2, 7] } })
  expect(firstPartyConsent(known, { __gpp: api })).toEqual({ regs: { gdpr: 1 }, user: { consent: 'CPx' } })
  expect(firstPartyConsent(known, { __tcfapi: api, __gpp: api })).toEqual({})
})
