import { sealData } from 'iron-session'
import { beforeEach, describe, expect, it } from 'vitest'
import { identityCookieAttributes, identityCookieName, identityMaxAge } from '#lib/identity/cookie.ts'
import { seal, unseal } from '#lib/identity/seal.ts'
import { becomeSite } from '../../support/server-env.ts'
import { identityFor } from './identities.ts'

const [first, second, third] = ['first', 'second', 'third'].map((name) => name.padEnd(32, '.')) as [
  string,
  string,
  string,
]
const content = { sub: 'demo:abc', sid: 'sid', consent: 0, identity: identityFor() }

beforeEach(() => {
  becomeSite({ SESSION_PASSWORD: first })
})

describe('a sealed identity', () => {
  it('opens to what was sealed', async () => {
    expect(await unseal(await seal(content, 60))).toEqual({ ...content, product: 'uid2', retired: false })
  })

  it('S1: of one product opens to nothing for the other, though both share their secrets', async () => {
    const sealed = await seal(content, 60)
    becomeSite({ SESSION_PASSWORD: first, UID2_PRODUCT: 'euid' })
    expect(await unseal(sealed)).toBeNull()
    expect(await unseal(await seal(content, 60))).toMatchObject({ product: 'euid' })
  })

  it('is never the same twice, and shows nothing', async () => {
    const sealed = await seal(content, 60)
    expect(sealed).not.toBe(await seal(content, 60))
    for (const secret of [content.sub, ...Object.values(content.identity).map(String)])
      expect(sealed).not.toContain(secret)
  })

  it('U21: is below 2.5 kB in the worst case', async () => {
    const worst = {
      sub: `facebook:${'x'.repeat(22)}`,
      sid: 'x'.repeat(22),
      consent: Number.MAX_SAFE_INTEGER,
      identity: {
        ...identityFor(),
        // Longer than any that operators send: an advertising token is 255, a refresh token 388 characters.
        advertising_token: 'A'.repeat(300),
        refresh_token: 'R'.repeat(500),
      },
    }
    const cookie = `__Host-euid=${await seal(worst, 2_592_000)}; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=lax`
    expect(cookie.length).toBeLessThan(2500)
  })
})

describe('N15: rotation', () => {
  it('opens what a previous password sealed, and asks for a new seal', async () => {
    const old = await seal(content, 60)
    becomeSite({ SESSION_PASSWORD: second, SESSION_PASSWORD_PREVIOUS: first })
    expect(await unseal(old)).toMatchObject({ retired: true })
    becomeSite({ SESSION_PASSWORD: third, SESSION_PASSWORD_PREVIOUS: `${second},${first}` })
    expect(await unseal(old)).toMatchObject({ sub: content.sub, retired: true })
    expect(await unseal(await seal(content, 60))).toMatchObject({ retired: false })
  })

  it('a retired password opens nothing', async () => {
    const old = await seal(content, 60)
    becomeSite({ SESSION_PASSWORD: second })
    expect(await unseal(old)).toBeNull()
  })
})

describe('N14: what cannot be opened is none, never an error', () => {
  it.each(['', 'garbage', 'Fe26.2*1*a*b*c*d*e*f*g~2', '~', '%', 'null', 'x'.repeat(50_000), '\u0000'])(
    '%j',
    async (value) => {
      expect(await unseal(value)).toBeNull()
    },
  )

  it('a seal in which any one character was changed', async () => {
    const sealed = await seal(content, 60)
    const step = Math.max(1, Math.floor(sealed.length / 40))
    for (let i = 0; i < sealed.length - 2; i += step) {
      const other = sealed[i] === 'a' ? 'b' : 'a'
      expect(await unseal(sealed.slice(0, i) + other + sealed.slice(i + 1)), `at ${i}`).toBeNull()
    }
    expect(await unseal(sealed.slice(0, -20))).toBeNull()
  })

  it.each([
    {},
    { sub: 'a', sid: 'b' },
    { ...content, sid: undefined },
    { ...content, identity: { ...content.identity, refresh_token: '' } },
    { ...content, identity: { ...content.identity, identity_expires: 'soon' } },
  ])('a good seal around %j', async (wrong) => {
    expect(await unseal(await sealData(wrong, { password: first, ttl: 60 }))).toBeNull()
  })
})

describe('S2: the cookie', () => {
  it.each([
    [{}, 'uid2', false],
    [{ UID2_PRODUCT: 'euid' }, 'euid', false],
    [{ NEXTAUTH_URL: 'https://localhost:3000' }, '__Host-uid2', true],
    [{ NEXTAUTH_URL: 'https://localhost:3000', UID2_PRODUCT: 'euid' }, '__Host-euid', true],
  ])('with %j is called %s, and its deletion has the same attributes', (variables, name, secure) => {
    becomeSite(variables)
    expect(identityCookieName()).toBe(name)
    const attributes = { httpOnly: true, sameSite: 'lax', secure, path: '/' }
    expect(identityCookieAttributes(60)).toEqual({ ...attributes, maxAge: 60 })
    expect(identityCookieAttributes(0)).toEqual({ ...attributes, maxAge: 0 })
  })

  it('N16: lives as long as both the refresh token and the session', () => {
    expect(identityMaxAge(61_999, 100_000, 1_000)).toBe(60)
    expect(identityMaxAge(100_000, 31_000, 1_000)).toBe(30)
    expect(identityMaxAge(1_999, 100_000, 1_000)).toBe(0)
    expect(identityMaxAge(1_000, 100_000, 5_000)).toBe(0)
  })
})
