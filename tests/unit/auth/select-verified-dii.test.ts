import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ProviderClaims, selectVerifiedDii } from '#lib/auth/select-verified-dii.ts'
import type { DiiPolicy } from '#lib/env/env.ts'

const policy: DiiPolicy = { relayDomains: [], prefer: 'email' }
const email = (value: string) => ({ kind: 'email' as const, value })
const phone = (value: string) => ({ kind: 'phone' as const, value })
describe('our own sign-ins', () => {
  it.each(['proof', 'demo'])('%s proves the given DII', (provider) => {
    expect(selectVerifiedDii(provider, { email: 'j@example.com' }, policy).dii).toEqual(
      email('j@example.com'),
    )
    expect(selectVerifiedDii(provider, { phone_number: '+16045551234' }, policy).dii).toEqual(
      phone('+16045551234'),
    )
    expect(selectVerifiedDii(provider, { email: 'j@duck.com' }, policy).dii).toBe('relay_address')
  })

  it.each(['google', 'apple', 'facebook', 'oidc', 'Proof', 'proof ', '', '__proto__', 'constructor'])(
    'does not include %j',
    (provider) => {
      expect(selectVerifiedDii(provider, { email: 'j@example.com' }, policy).dii).toBe('unverified')
    },
  )
})

describe('DII_PREFER', () => {
  const both = {
    email: 'j@example.com',
    email_verified: true,
    phone_number: '+16045551234',
    phone_number_verified: true,
  }
  const preferred = (claims: ProviderClaims) =>
    selectVerifiedDii('oidc', claims, { ...policy, prefer: 'phone' })

  it('decides when both are there; the other one still counts for opt-outs', () => {
    expect(preferred(both)).toEqual({ dii: phone('+16045551234'), otherDii: [email('j@example.com')] })
  })

  it('does not decide when one cannot be used, nor on the reason', () => {
    expect(preferred({ ...both, phone_number_verified: false })).toEqual({
      dii: email('j@example.com'),
      otherDii: [],
    })
    expect(preferred({ email: 'j@example.com' }).dii).toBe('unverified')
    expect(preferred({ ...both, email: 'j@duck.com' }).dii).toBe('relay_address')
  })
})

describe('a relay address', () => {
  const diiOf = (address: string, relayDomains: string[] = []) =>
    selectVerifiedDii('oidc', { email: address, email_verified: true }, { ...policy, relayDomains }).dii

  it.each([
    'x@privaterelay.appleid.com',
    'x@PrivateRelay.AppleID.com',
    'x@mozmail.com',
    'x@jane.mozmail.com',
    'x@DUCK.COM',
    'x@a.b.duck.com',
    // The same names for mail in other letters: wide ones, a Kelvin sign, an ideographic full stop.
    'x@ｄｕｃｋ.com',
    'x@duc\u212a.com',
    'x@a.duck\u3002com',
  ])('is recognised: %s', (address) => {
    expect(diiOf(address)).toBe('relay_address')
  })

  it.each(['x@duck.com.example', 'x@notduck.com', 'x@duck.co', 'duck.com@example.com', 'x@appleid.com'])(
    'is not %s',
    (address) => {
      expect(diiOf(address)).toEqual(email(address))
    },
  )

  it('RELAY_DOMAINS adds domains with their sub-domains, and removes none', () => {
    const own = ['relay.example']
    expect(diiOf('x@relay.example', own)).toBe('relay_address')
    expect(diiOf('x@Sub.Relay.EXAMPLE', own)).toBe('relay_address')
    expect(diiOf('x@duck.com', own)).toBe('relay_address')
    expect(diiOf('x@notrelay.example', own)).toEqual(email('x@notrelay.example'))
  })
})

describe('for any mixture of claims', () => {
  const flag = fc.constantFrom(true, false, 'true', 'false', undefined, null, 1, 'yes', {})
  const address = fc.oneof(
    fc.constantFrom('j@example.com', 'J@Example.COM', 'x@duck.com', 'x@own.relay.example', 'j@', '', 7, null),
    fc.emailAddress(),
    fc.anything(),
  )
  const number = fc.oneof(
    fc.constantFrom(
      '+16045551234',
      '+1 (604) 555-1234',
      '604 555 1234',
      '+1 604 555 1234;ext=5',
      '',
      7,
      null,
    ),
    fc.anything(),
  )
  const mixture = fc.record(
    {
      email: address,
      email_verified: flag,
      is_private_email: flag,
      phone_number: number,
      phone_number_verified: flag,
    },
    { requiredKeys: [] },
  )
  const provider = fc.constantFrom('google', 'apple', 'facebook', 'oidc')
  const rules = fc.record({
    prefer: fc.constantFrom('email' as const, 'phone' as const),
    relayDomains: fc.subarray(['relay.example', 'example.com']),
  })
  const holds = (predicate: (claims: ProviderClaims, policy: DiiPolicy, provider: string) => void) =>
    fc.assert(fc.property(mixture, rules, provider, predicate), { numRuns: 2000 })
  const verified = (flag: unknown) => flag === true || flag === 'true'

  it('no DII counts that the provider has not verified', () => {
    holds((claims, policy, provider) => {
      const { dii, otherDii } = selectVerifiedDii(provider, claims, policy)
      for (const proved of [dii, ...otherDii])
        if (typeof proved !== 'string')
          expect(
            verified(proved.kind === 'email' ? claims.email_verified : claims.phone_number_verified),
          ).toBe(true)
    })
  })

  it('a relay address leaves no DII', () => {
    holds((claims, policy, provider) => {
      const { dii, otherDii } = selectVerifiedDii(provider, { ...claims, email: 'x@sub.duck.com' }, policy)
      expect([dii, otherDii]).toEqual(['relay_address', []])
    })
  })

  it('the other DII is not the chosen one, and there is none beside a reason', () => {
    holds((claims, policy, provider) => {
      const { dii, otherDii } = selectVerifiedDii(provider, claims, policy)
      if (typeof dii === 'string') expect(otherDii).toEqual([])
      else expect(otherDii.map(({ kind }) => kind)).not.toContain(dii.kind)
    })
  })

  it('the preferred kind is chosen when it is verified', () => {
    holds((claims, policy, provider) => {
      const { dii, otherDii } = selectVerifiedDii(provider, claims, policy)
      if (otherDii.length > 0) expect(dii).toMatchObject({ kind: policy.prefer })
    })
  })

  it('no other claim has an effect', () => {
    const noise = {
      verified: true,
      emailVerified: true,
      email_verified_: true,
      name: 'j@example.com',
      preferred_username: 'j@example.com',
      upn: 'j@example.com',
      phone: '+16045551234',
      hd: 'example.com',
    }
    holds((claims, policy, provider) => {
      const result = selectVerifiedDii(provider, claims, policy)
      expect(selectVerifiedDii(provider, { ...noise, ...claims }, policy)).toEqual(result)
      expect(selectVerifiedDii(provider === 'oidc' ? 'google' : 'oidc', claims, policy)).toEqual(result)
    })
  })
})
