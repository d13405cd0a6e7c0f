import { encode } from 'next-auth/jwt'
import { beforeEach, describe, expect, it } from 'vitest'
import { currentReader } from '#lib/auth/current-reader.ts'
import { isSignInCookie, readClaims, sessionCookieName } from '#lib/auth/session.ts'
import { becomeSite, jarOf } from '../../support/server-env.ts'

const secret = 'the-secret-of-this-site'.padEnd(32, '.')
const name = 'next-auth.session-token'
const claims = {
  sub: 'demo:abc',
  sid: 'sid',
  dii: { kind: 'email', value: 'jane@example.com' },
  otherDii: [],
}
const token = (content: object = claims, key = secret, maxAge = 3600) =>
  encode({ token: content as Record<string, unknown>, secret: key, maxAge })

beforeEach(() => {
  becomeSite({ NEXTAUTH_SECRET: secret })
})

describe('the session that a cookie holds', () => {
  it('is read whole', async () => {
    expect(await readClaims(jarOf({ [name]: await token() }))).toMatchObject(claims)
  })

  it('is read from chunks, in their order and however many there are', async () => {
    const whole = await token()
    const chunks = Array.from({ length: 12 }, (_, i) => {
      const size = Math.ceil(whole.length / 12)
      return [`${name}.${i}`, whole.slice(i * size, (i + 1) * size)]
    })
    expect(await readClaims(jarOf(Object.fromEntries(chunks)))).toMatchObject(claims)
    expect(await readClaims(jarOf(Object.fromEntries(chunks.slice(1))))).toBeNull()
    expect(await readClaims(jarOf(Object.fromEntries(chunks.slice(0, -1))))).toBeNull()
  })

  it.each(['', 'garbage', 'a.b.c.d.e', 'null', '{}', '%00', 'x'.repeat(12_000)])(
    'N17: %s is a signed-out reader, never an error',
    async (value) => {
      expect(await readClaims(jarOf({ [name]: value }))).toBeNull()
    },
  )

  it('of a foreign secret, changed, or ended long ago is none', async () => {
    const whole = await token()
    const middle = Math.floor(whole.length / 2)
    const changed = whole.slice(0, middle) + (whole[middle] === 'A' ? 'B' : 'A') + whole.slice(middle + 1)
    expect(await readClaims(jarOf({ [name]: changed }))).toBeNull()
    expect(await readClaims(jarOf({ [name]: await token(claims, 'f'.repeat(32)) }))).toBeNull()
    expect(await readClaims(jarOf({ [name]: await token(claims, secret, -3600) }))).toBeNull()
  })

  it.each([
    {},
    { ...claims, sid: undefined },
    { ...claims, sub: 7 },
    { ...claims, dii: 'jane@example.com' },
    { ...claims, dii: null },
    { ...claims, otherDii: ['jane@example.com'] },
    { ...claims, dii: { kind: 'cookie', value: 'x' } },
  ])('that another sign-in made, %j, is none', async (content) => {
    expect(await readClaims(jarOf({ [name]: await token(content) }))).toBeNull()
  })

  it('has its https name on https alone', async () => {
    const secure = `__Secure-${name}`
    expect(await readClaims(jarOf({ [secure]: await token() }))).toBeNull()
    becomeSite({ NEXTAUTH_SECRET: secret, NEXTAUTH_URL: 'https://localhost:3000' })
    expect(sessionCookieName()).toBe(secure)
    expect(await readClaims(jarOf({ [secure]: await token() }))).toMatchObject(claims)
    expect(await readClaims(jarOf({ [name]: await token() }))).toBeNull()
  })
})

describe('the reader', () => {
  it('has a masked name, and a session that ends', async () => {
    const reader = await currentReader(jarOf({ [name]: await token() }))
    expect(reader).toMatchObject({ sub: 'demo:abc', sid: 'sid', maskedName: 'j•••@example.com' })
    expect(reader?.sessionEnds).toBeGreaterThan(Date.now())
  })

  it('may have no address at all', async () => {
    const reader = await currentReader(jarOf({ [name]: await token({ ...claims, dii: 'relay_address' }) }))
    expect(reader).toMatchObject({ dii: 'relay_address', maskedName: 'a reader' })
  })
})

describe('cookies of the sign-in', () => {
  it.each([
    name,
    `${name}.0`,
    `${name}.17`,
    `__Secure-${name}`,
    `__Secure-${name}.1`,
    'next-auth.csrf-token',
    '__Host-next-auth.csrf-token',
    'next-auth.callback-url',
    '__Secure-next-auth.callback-url',
    'sign-in',
    '__Host-sign-in',
  ])('%s goes at sign-out', (cookie) => {
    expect(isSignInCookie(cookie)).toBe(true)
  })

  it('the address that waits for its proof goes too, on http and on https', () => {
    expect(isSignInCookie('sign-in')).toBe(true)
    becomeSite({ NEXTAUTH_SECRET: secret, NEXTAUTH_URL: 'https://localhost:3000' })
    expect(isSignInCookie('__Host-sign-in')).toBe(true)
  })

  it.each(['uid2', `x${name}`, `${name}x`, `${name}.x`, 'next-auth.state', 'session-token', ''])(
    '%j stays',
    (cookie) => {
      expect(isSignInCookie(cookie)).toBe(false)
    },
  )
})
