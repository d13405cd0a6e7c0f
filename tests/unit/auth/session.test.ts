import { NextRequest } from 'next/server'
import { encode } from 'next-auth/jwt'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cookieName, isSignInCookie } from '#lib/auth/cookie-names.ts'
import { currentReader } from '#lib/auth/current-reader.ts'
import { readSession } from '#lib/auth/session.ts'
import { allReaders } from '#lib/site/all-readers.ts'
import { becomeSite, jarOf } from '../../support/server-env.ts'

const secret = 'the-secret-of-this-site'.padEnd(32, '.')
const name = 'lantern-session'
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

afterEach(() => {
  vi.useRealTimers()
})

describe('the session in a cookie', () => {
  it('is read completely', async () => {
    expect(await readSession(jarOf({ [name]: await token() }))).toMatchObject(claims)
  })

  it('is decoded once for all that read it within a minute', async () => {
    const jar = jarOf({ [name]: await token() })
    expect((await readSession(jar))?.dii).toBe((await readSession(jar))?.dii)
  })

  it('is not read with another secret, though it was read before', async () => {
    const jar = jarOf({ [name]: await token() })
    expect(await readSession(jar)).not.toBeNull()
    const decoded = Symbol.for('uid2-publisher.sessions')
    const remembered: unknown = Reflect.get(globalThis, decoded)
    becomeSite({ NEXTAUTH_SECRET: 'another-secret'.padEnd(32, '.') })
    Reflect.set(globalThis, decoded, remembered)
    expect(await readSession(jar)).toBeNull()
  })

  it('is read from chunks in their order, however many there are', async () => {
    const whole = await token()
    const chunks = Array.from({ length: 12 }, (_, i) => {
      const size = Math.ceil(whole.length / 12)
      return [`${name}.${i}`, whole.slice(i * size, (i + 1) * size)]
    })
    expect(await readSession(jarOf(Object.fromEntries(chunks)))).toMatchObject(claims)
    expect(await readSession(jarOf(Object.fromEntries(chunks.slice(1))))).toBeNull()
    expect(await readSession(jarOf(Object.fromEntries(chunks.slice(0, -1))))).toBeNull()
  })

  it.each(['', 'garbage', 'a.b.c.d.e', 'null', '{}', '%00', 'x'.repeat(12_000)])(
    'is no session with the value %s, without an error (N17)',
    async (value) => {
      expect(await readSession(jarOf({ [name]: value }))).toBeNull()
    },
  )

  it('is refused with another secret, when changed, and when it ended long ago', async () => {
    const whole = await token()
    const middle = Math.floor(whole.length / 2)
    const changed = whole.slice(0, middle) + (whole[middle] === 'A' ? 'B' : 'A') + whole.slice(middle + 1)
    expect(await readSession(jarOf({ [name]: changed }))).toBeNull()
    expect(await readSession(jarOf({ [name]: await token(claims, 'f'.repeat(32)) }))).toBeNull()
    expect(await readSession(jarOf({ [name]: await token(claims, secret, -3600) }))).toBeNull()
  })

  it('ends at its end, and not 15 s later as next-auth allows (S21)', async () => {
    const jar = jarOf({ [name]: await token() })
    const end = (await readSession(jar))?.exp ?? 0
    vi.useFakeTimers({ toFake: ['Date'], now: end * 1000 - 1 })
    expect(await readSession(jar)).toMatchObject({ exp: end })
    vi.setSystemTime(end * 1000)
    expect(await readSession(jar)).toBeNull()
  })

  it.each([
    {},
    { ...claims, sid: undefined },
    { ...claims, sub: 7 },
    { ...claims, dii: 'jane@example.com' },
    { ...claims, dii: null },
    { ...claims, otherDii: ['jane@example.com'] },
    { ...claims, dii: { kind: 'cookie', value: 'x' } },
  ])('of another sign-in is refused: %j', async (content) => {
    expect(await readSession(jarOf({ [name]: await token(content) }))).toBeNull()
  })

  it('has its https name on https only', async () => {
    const secure = `__Host-${name}`
    expect(await readSession(jarOf({ [secure]: await token() }))).toBeNull()
    becomeSite({ NEXTAUTH_SECRET: secret, NEXTAUTH_URL: 'https://localhost:3000' })
    expect(cookieName('session')).toBe(secure)
    expect(await readSession(jarOf({ [secure]: await token() }))).toMatchObject(claims)
    expect(await readSession(jarOf({ [name]: await token() }))).toBeNull()
  })
})

describe('the reader', () => {
  it('has account, session and DII, and the end of the session', async () => {
    const reader = await currentReader(jarOf({ [name]: await token() }))
    expect(reader).toMatchObject({ sub: 'demo:abc', sid: 'sid', dii: claims.dii })
    expect(reader?.sessionEnds).toBeGreaterThan(Date.now())
  })

  it('may have no address', async () => {
    const reader = await currentReader(jarOf({ [name]: await token({ ...claims, dii: 'relay_address' }) }))
    expect(reader).toMatchObject({ dii: 'relay_address' })
  })
})

describe('the readers of a Cookie header', () => {
  const sessionOf = (sid: string) => token({ ...claims, sid })
  const sids = async (header: string | null) => (await allReaders(header)).map(({ sid }) => sid)

  it('are those of all session cookies in their order; the last one is the current reader', async () => {
    const [first, second] = [await sessionOf('first'), await sessionOf('second')]
    const header = `a=1; ${name}=${first}; ${name}=garbage;${name}=${second}; x${name}=${first}; ${name}.x=${first}`
    expect(await sids(header)).toEqual(['first', 'second'])
    const { cookies } = new NextRequest('http://localhost', { headers: { cookie: header } })
    expect(await currentReader(cookies)).toMatchObject({ sid: 'second' })
  })

  it('are at most ten', async () => {
    const sessions = await Promise.all(Array.from({ length: 30 }, (_, i) => sessionOf(`${i}`)))
    const read = await sids(sessions.map((value) => `${name}=${value}`).join('; '))
    expect(read).toEqual(Array.from({ length: 10 }, (_, i) => `${20 + i}`))
  })

  it('are also read from chunks', async () => {
    const whole = await sessionOf('chunked')
    expect(await sids(`${name}.1=${whole.slice(100)}; ${name}.0=${whole.slice(0, 100)}`)).toEqual(['chunked'])
  })

  it.each([null, '', name, `${name}=`, `${name}=%`, 'other=1'])('are none for %j', async (header) => {
    expect(await sids(header)).toEqual([])
  })
})

describe('the cookies of the sign-in', () => {
  const names = ['session', 'csrf', 'callbackUrl', 'pkce', 'state', 'nonce', 'pending'] as const

  it('have names of the site’s own, on https bound to this host, and are all deleted at sign-out (S20)', () => {
    const onHttp = names.map(cookieName)
    becomeSite({ NEXTAUTH_SECRET: secret, NEXTAUTH_URL: 'https://localhost:3000' })
    const onHttps = names.map(cookieName)
    expect(onHttps).toEqual(onHttp.map((cookie) => `__Host-${cookie}`))
    expect([...onHttp, ...onHttps].filter((cookie) => /next-auth|authjs|__Secure/.test(cookie))).toEqual([])
    for (const cookie of [...onHttp, ...onHttps, `${name}.0`, `__Host-${name}.17`])
      expect(isSignInCookie(cookie), cookie).toBe(true)
  })

  it.each(['uid2', `x${name}`, `${name}x`, `${name}.x`, `__Secure-${name}`, 'lantern-other', 'session', ''])(
    'do not include %j',
    (cookie) => {
      expect(isSignInCookie(cookie)).toBe(false)
    },
  )
})
