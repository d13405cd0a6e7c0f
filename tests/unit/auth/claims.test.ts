import { describe, expect, it } from 'vitest'
import { mergeClaims } from '#lib/auth/claims.ts'

const who = { iss: 'https://issuer.example', sub: '1' }
const email = 'jane@example.com'
const other = 'joe@example.com'

describe('claims of the id_token and of the userinfo endpoint', () => {
  it('are merged, and the subject comes from the id_token', () => {
    const userinfo = { sub: '1', iss: 'x', email, email_verified: true, is_private_email: false }
    expect(mergeClaims(who, userinfo)).toEqual({
      ...who,
      email,
      email_verified: true,
      is_private_email: false,
    })
  })

  it('are not combined: the flag of one does not verify the address of the other (A6)', () => {
    expect(mergeClaims({ ...who, email }, { sub: '1', email: other, email_verified: true })).toEqual({
      ...who,
      email: other,
      email_verified: true,
    })
    expect(mergeClaims({ ...who, email }, { sub: '1', email_verified: true })).toEqual({ ...who, email })
    expect(mergeClaims({ ...who, email_verified: true }, { sub: '1', email })).toEqual({ ...who, email })
    expect(mergeClaims({ ...who, email_verified: true }, { sub: '1' })).toEqual(who)
  })

  it.each([null, undefined, '', ' '])('count as absent when they are %j (A16)', (nothing) => {
    const proved = { email, email_verified: true, phone_number: '+12025550143', phone_number_verified: true }
    const relay = { is_private_email: true }
    for (const empty of [
      { email: nothing, phone_number: nothing, is_private_email: nothing },
      { email: nothing, email_verified: nothing, phone_number: nothing, phone_number_verified: nothing },
      { email: other, email_verified: nothing, phone_number: '+1', phone_number_verified: nothing },
    ])
      expect(mergeClaims({ ...who, ...empty }, { sub: '1', ...proved, ...relay })).toEqual({
        ...who,
        ...proved,
        ...relay,
      })
    expect(mergeClaims({ ...who, ...proved }, { email: nothing, email_verified: nothing })).toEqual({
      ...who,
      ...proved,
    })
    // Still, no flag verifies an address of the other source.
    const vouching = { email: nothing, email_verified: true }
    expect(mergeClaims({ ...who, ...vouching }, { sub: '1', email: other })).toEqual({ ...who, email: other })
  })

  it('that are complete in both come from the id_token, which is signed', () => {
    const merged = mergeClaims(
      { ...who, email, email_verified: false },
      { sub: '1', email: other, email_verified: true },
    )
    expect(merged).toEqual({ ...who, email, email_verified: false })
  })

  it('follow the same rule for a phone number, separately', () => {
    const phone = { phone_number: '+12025550143', phone_number_verified: true }
    expect(mergeClaims({ ...who, email, email_verified: true }, { sub: '1', ...phone })).toEqual({
      ...who,
      email,
      email_verified: true,
      ...phone,
    })
    expect(mergeClaims({ ...who, phone_number: '+1' }, { phone_number_verified: true })).toEqual({
      ...who,
      phone_number: '+1',
    })
  })
})
