import { describe, expect, it } from 'vitest'
import { mergeClaims } from '#lib/auth/claims.ts'

const who = { iss: 'https://issuer.example', sub: '1' }
const email = 'jane@example.com'
const other = 'joe@example.com'

describe('claims of the id_token and of the userinfo endpoint', () => {
  it('are one, and who it is stands in the id_token', () => {
    const userinfo = { sub: '1', iss: 'x', email, email_verified: true, is_private_email: false }
    expect(mergeClaims(who, userinfo)).toEqual({
      ...who,
      email,
      email_verified: true,
      is_private_email: false,
    })
  })

  it('A6: never vouch for the address of one by the word of the other', () => {
    expect(mergeClaims({ ...who, email }, { sub: '1', email: other, email_verified: true })).toEqual({
      ...who,
      email: other,
      email_verified: true,
    })
    expect(mergeClaims({ ...who, email }, { sub: '1', email_verified: true })).toEqual({ ...who, email })
    expect(mergeClaims({ ...who, email_verified: true }, { sub: '1', email })).toEqual({ ...who, email })
    expect(mergeClaims({ ...who, email_verified: true }, { sub: '1' })).toEqual(who)
  })

  it.each([null, undefined, '', ' '])('A16: hide nothing where they are %j, which is absent', (nothing) => {
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
    // Still nobody vouches for what another answer says.
    const vouching = { email: nothing, email_verified: true }
    expect(mergeClaims({ ...who, ...vouching }, { sub: '1', email: other })).toEqual({ ...who, email: other })
  })

  it('of which both are whole are those of the id_token, which is signed', () => {
    const merged = mergeClaims(
      { ...who, email, email_verified: false },
      { sub: '1', email: other, email_verified: true },
    )
    expect(merged).toEqual({ ...who, email, email_verified: false })
  })

  it('hold for a phone number alike, and for each by itself', () => {
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
