import { describe, expect, it } from 'vitest'
import { judge, type ProviderClaims } from '#lib/auth/verdict.ts'
import type { DiiPolicy } from '#lib/env/server.ts'

const policy: DiiPolicy = { relayDomains: [], prefer: 'email' }
const email = (value: string) => ({ kind: 'email' as const, value })
const phone = (value: string) => ({ kind: 'phone' as const, value })

describe('DII_PREFER', () => {
  const both = {
    email: 'j@example.com',
    email_verified: true,
    phone_number: '+16045551234',
    phone_number_verified: true,
  }
  const preferred = (claims: ProviderClaims) => judge('oidc', claims, { ...policy, prefer: 'phone' })

  it('decides when both are there; the other still counts for opt-outs', () => {
    expect(preferred(both)).toEqual({ dii: phone('+16045551234'), otherDii: [email('j@example.com')] })
  })

  it('does not decide where one cannot be used, nor which reason is told', () => {
    expect(preferred({ ...both, phone_number_verified: false })).toEqual({
      dii: email('j@example.com'),
      otherDii: [],
    })
    expect(preferred({ email: 'j@example.com' }).dii).toBe('unverified')
    expect(preferred({ ...both, email: 'j@duck.com' }).dii).toBe('relay_address')
  })
})

describe('a relay', () => {
  const judged = (address: string, relayDomains: string[] = []) =>
    judge('oidc', { email: address, email_verified: true }, { ...policy, relayDomains }).dii

  it.each([
    'x@privaterelay.appleid.com',
    'x@PrivateRelay.AppleID.com',
    'x@mozmail.com',
    'x@jane.mozmail.com',
    'x@DUCK.COM',
    'x@a.b.duck.com',
    // The same names for mail, in other letters: wide ones, a Kelvin sign, an ideographic full stop.
    'x@ｄｕｃｋ.com',
    'x@duc\u212a.com',
    'x@a.duck\u3002com',
  ])('%s is one', (address) => {
    expect(judged(address)).toBe('relay_address')
  })

  it.each(['x@duck.com.example', 'x@notduck.com', 'x@duck.co', 'duck.com@example.com', 'x@appleid.com'])(
    '%s is none',
    (address) => {
      expect(judged(address)).toEqual(email(address))
    },
  )

  it('RELAY_DOMAINS adds to them, with their sub-domains, and takes none away', () => {
    const own = ['relay.example']
    expect(judged('x@relay.example', own)).toBe('relay_address')
    expect(judged('x@Sub.Relay.EXAMPLE', own)).toBe('relay_address')
    expect(judged('x@duck.com', own)).toBe('relay_address')
    expect(judged('x@notrelay.example', own)).toEqual(email('x@notrelay.example'))
  })
})
