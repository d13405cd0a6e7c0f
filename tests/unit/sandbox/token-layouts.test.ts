import { describe, expect, it } from 'vitest'
import { decodeAdvertisingToken, encodeAdvertisingToken } from '#lib/sandbox/operator/advertising-token.ts'
import { normaliseEmail, sha256 } from '#lib/sandbox/operator/normalise.ts'
import { firstLevelHash, type IdentityType, rawUid } from '#lib/sandbox/operator/raw-uid.ts'
import { decodeInner, encodeRefreshToken, openRefreshToken } from '#lib/sandbox/operator/refresh-token.ts'
import { emailToken, euidPhoneToken, genuine, refreshVector, tokenTimes } from './vectors.ts'

// Computed with the real operator's own Java classes.
const people = [
  {
    dii: 'user@example.com',
    type: 'email' as IdentityType,
    idHash: 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=',
    flh: 'sNucuuqRSevxEAlg4mdhE+VFd+d/XOb6N/kYA5QS/zE=',
    uid2: '6bnjfis0XfGLD4gL3zNdHoUh07VHgiIWfcAksL4aLC4=',
    euid: 'EOm5434rNF3xiw+IC98zXR6FIdO1R4IiFn3AJLC+Giwu',
  },
  {
    dii: 'test@example.com',
    type: 'email' as IdentityType,
    idHash: 'lz3+Rj7IV4X1+Vr1ujkG7tstkxwk5pgkqJ6mXbpOgTs=',
    flh: 'RNzyiMMy106hy8MpBOsHBe+ZZkQR8IbUAG/IC2OrNr4=',
    uid2: 'yCevINTMQ+BMfihNbXjrDLbm/FF+JvBan5YqmToByik=',
    euid: 'EMgnryDUzEPgTH4oTW146wy25vxRfibwWp+WKpk6Acop',
  },
  {
    dii: '+12345678901',
    type: 'phone' as IdentityType,
    idHash: 'EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4=',
    flh: 'urve3oGxLtO2WGhlQFKMzqhXOdYqSB53Rrgqpp9CFjY=',
    uid2: 'EYgbUgD8Fu9NiQZaSo7Ea1EjNE9ClW74BHj0hNuK/Mg=',
    euid: 'FBGIG1IA/BbvTYkGWkqOxGtRIzRPQpVu+AR49ITbivzI',
  },
]
const [user, , phone] = people as [(typeof people)[0], (typeof people)[0], (typeof people)[0]]
const b64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const bytes = (from: number, length = 12) => Buffer.from(Array.from({ length }, (_, i) => from + i))

describe('a raw UID', () => {
  it.each(people)('of $dii equals the operator’s, step by step', ({ dii, type, idHash, flh, uid2, euid }) => {
    const hash = sha256(dii)
    expect(b64(hash)).toBe(idHash)
    expect(b64(firstLevelHash(hash))).toBe(flh)
    expect(b64(rawUid(firstLevelHash(hash), 'uid2', type))).toBe(uid2)
    expect(b64(rawUid(firstLevelHash(hash), 'euid', type))).toBe(euid)
  })
})

describe('an advertising token', () => {
  const { created, expires } = tokenTimes
  const times = { siteId: 124, establishedAt: created, createdAt: created, expiresAt: expires }
  const ivs = { master: bytes(0x20), site: bytes(0x30) }

  it('equals that of an independent encoder', () => {
    const uid = Buffer.from(user.uid2, 'base64')
    expect(encodeAdvertisingToken({ ...times, scope: 'uid2', type: 'email', uid }, ivs, 103)).toBe(emailToken)
  })

  it('equals it for an EUID with a phone number', () => {
    const uid = Buffer.from(phone.euid, 'base64')
    expect(encodeAdvertisingToken({ ...times, scope: 'euid', type: 'phone', uid }, ivs, 103)).toBe(
      euidPhoneToken,
    )
  })

  it('is sealed with the publisher’s own key by default, so that validate finds its owner', () => {
    const uid = Buffer.from(user.uid2, 'base64')
    const token = encodeAdvertisingToken({ ...times, scope: 'uid2', type: 'email', uid })
    expect(decodeAdvertisingToken(token)).toEqual({ keySiteId: 124, uid })
    expect(token).toHaveLength(218)
  })

  it('of a genuine operator can be read', () => {
    const decoded = decodeAdvertisingToken(genuine.advertisingToken)
    expect(decoded?.keySiteId).toBe(123)
    expect(b64(decoded?.uid ?? Buffer.of())).toBe(genuine.uid)
  })

  it.each(['', 'AAAA', 'A4AAAABl', `${emailToken}!`, emailToken.slice(0, -4), `B${emailToken}`])(
    'is null for %j',
    (token) => expect(decodeAdvertisingToken(token)).toBeNull(),
  )
})

describe('a refresh token', () => {
  const claims = {
    scope: 'uid2' as const,
    type: 'email' as const,
    siteId: 124,
    establishedAt: tokenTimes.created,
    createdAt: tokenTimes.created,
    expiresAt: tokenTimes.created + 86_400_000,
    flh: Buffer.from(user.flh, 'base64'),
  }
  const random = { innerIv: bytes(0), outerIv: bytes(0x10), responseKey: bytes(0x20, 32) }

  it('equals that of an independent encoder, inside and out', () => {
    const { token, responseKey } = encodeRefreshToken(claims, random)
    expect(token).toBe(refreshVector.outer)
    expect(responseKey).toBe('ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=')
    expect(openRefreshToken(token)).toMatchObject({ ok: true, inner: refreshVector.inner })
  })

  it('returns its claims, in its own scope only', () => {
    expect(decodeInner(refreshVector.inner, 'uid2')).toEqual(claims)
    expect(decodeInner(refreshVector.inner, 'euid')).toBeNull()
  })

  it('of a genuine operator opens to the identity of its advertising token', () => {
    const opened = openRefreshToken(genuine.refreshToken)
    if (!opened.ok) throw new Error(opened.message)
    expect(b64(opened.responseKey)).toBe(genuine.responseKey)
    const inner = decodeInner(opened.inner, 'uid2')
    expect(inner).toMatchObject({ siteId: 123, expiresAt: 1_724_981_814_352 })
    if (!inner) return
    expect(Buffer.from(inner.flh).toString('hex')).toBe(genuine.firstLevelHash)
    expect(b64(rawUid(inner.flh, 'uid2', 'email'))).toBe(genuine.uid)
  })
})

describe('an e-mail address', () => {
  it.each([
    ['TEst.TEST@Test.com ', 'test.test@test.com'],
    ['TEst.TEst+123@GMail.Com', 'testtest@gmail.com'],
    ['te st@example.com', 'test@example.com'],
    ['test@ example.com', 'test@ example.com'],
    ['test@exa mple.com  ', 'test@exa mple.com'],
    ['test@ gmail.com', 'test@ gmail.com'],
    ['a.b@googlemail.com', 'a.b@googlemail.com'],
    ['TÉST@example.com', 'tÉst@example.com'],
    ['\ttest@example.com', '\ttest@example.com'],
    ['test+test@test.com', 'test+test@test.com'],
    ['a@b', 'a@b'],
  ])('%j normalises to %j', (input, expected) => expect(normaliseEmail(input)).toBe(expected))

  it.each(['', ' @', '@', 'a@', '@b', '+', 'a@ba@z.com', '+@gmail.com', '.+@gmail.com', 'a@@b', 'a@b.com@'])(
    '%j is no address',
    (input) => expect(normaliseEmail(input)).toBeNull(),
  )
})
