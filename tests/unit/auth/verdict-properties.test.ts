import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge, type ProviderClaims } from '#lib/auth/verdict.ts'
import type { DiiPolicy } from '#lib/env/server.ts'

describe('for every mixture of claims', () => {
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

  it('nothing counts that the provider does not vouch for', () => {
    holds((claims, policy, provider) => {
      const { dii, otherDii } = judge(provider, claims, policy)
      for (const proved of [dii, ...otherDii])
        if (typeof proved !== 'string')
          expect(
            verified(proved.kind === 'email' ? claims.email_verified : claims.phone_number_verified),
          ).toBe(true)
    })
  })

  it('a relay yields no DII at all', () => {
    holds((claims, policy, provider) => {
      const { dii, otherDii } = judge(provider, { ...claims, email: 'x@sub.duck.com' }, policy)
      expect([dii, otherDii]).toEqual(['relay_address', []])
    })
  })

  it('the other DII is never the chosen one, and there is none beside a reason', () => {
    holds((claims, policy, provider) => {
      const { dii, otherDii } = judge(provider, claims, policy)
      if (typeof dii === 'string') expect(otherDii).toEqual([])
      else expect(otherDii.map(({ kind }) => kind)).not.toContain(dii.kind)
    })
  })

  it('the preferred kind is chosen whenever it is proved', () => {
    holds((claims, policy, provider) => {
      const { dii, otherDii } = judge(provider, claims, policy)
      if (otherDii.length > 0) expect(dii).toMatchObject({ kind: policy.prefer })
    })
  })

  it('no other claim has a say', () => {
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
      const verdict = judge(provider, claims, policy)
      expect(judge(provider, { ...noise, ...claims }, policy)).toEqual(verdict)
      expect(judge(provider === 'oidc' ? 'google' : 'oidc', claims, policy)).toEqual(verdict)
    })
  })
})
