import { sealData, unsealData } from 'iron-session'
import { NextRequest } from 'next/server'
import { describe, expect, it, vi } from 'vitest'
import { type CookieAction, createIdentityCookie, replaceCookie } from '#lib/identity/cookie.ts'
import type { Product } from '#lib/identity/public-identity.ts'
import type { IdentityEvent } from '#lib/identity/types.ts'
import { fakeOperator, minute, siteInMemory } from '../../support/core.ts'

const now = Date.now()
const operator = fakeOperator(() => now)
const [current, previous, unknown] = ['c', 'p', 'u'].map((letter) => letter.repeat(32)) as [
  string,
  string,
  string,
]
const sealed = { sub: 'a', sid: 's', consentId: 7, identity: operator.issue({ refreshable: 60 * minute }) }
const action: CookieAction = { set: sealed, sessionEnds: now + 30 * minute }

function cookieOf({
  passwords = [current] as [string, ...string[]],
  product = 'uid2' as Product,
  secure = true,
  at = () => now,
} = {}) {
  const events: IdentityEvent[] = []
  const emit = (event: IdentityEvent) => void events.push(event)
  const cookie = createIdentityCookie({ name: '__Host-uid2', secure, passwords }, product, {
    emit,
    now: at,
  })
  const write = async (how: CookieAction) => {
    const written: [string, string, Record<string, unknown>][] = []
    await cookie.write({ set: (...value) => void written.push(value) }, how)
    return written
  }
  return { cookie, events, write }
}
/** Sealed as by another process, without the memory of this one. */
async function sealedBy(how: CookieAction = action, site = cookieOf()): Promise<string> {
  const value = (await site.write(how))[0]?.[1] ?? ''
  for (const product of ['uid2', 'euid'])
    for (const act of ['sealed', 'opened'])
      Reflect.deleteProperty(globalThis, Symbol.for(`uid2-publisher.${act} ${product} __Host-uid2`))
  return value
}

describe('a sealed identity', () => {
  it('opens to what was sealed', async () => {
    expect(await cookieOf().cookie.open(await sealedBy())).toEqual({ ...sealed, needsReseal: false })
  })

  it('contains only the six fields', async () => {
    const more = { ...sealed, identity: { ...sealed.identity, later_field: 'x' } }
    const opened = await unsealData<{ identity: object }>(await sealedBy({ ...action, set: more }), {
      password: current,
    })
    expect(opened.identity).toEqual(sealed.identity)
  })

  it('is opened once for all that read it within a minute', async () => {
    const value = await sealedBy()
    const [first, second] = await Promise.all([cookieOf().cookie.open(value), cookieOf().cookie.open(value)])
    expect(first).not.toBeNull()
    expect(second).toBe(first)
    expect(await cookieOf().cookie.open(value)).toBe(first)
  })

  it('is sealed once for parallel requests, which then open it without the seal', async () => {
    const [first, second] = await Promise.all([cookieOf().write(action), cookieOf().write(action)])
    expect(second?.[0]?.[1]).toBe(first?.[0]?.[1])
    expect(await cookieOf().cookie.open(first?.[0]?.[1] ?? '')).toEqual({ ...sealed, needsReseal: false })
  })

  it('does not open after its end, though it was opened before', async () => {
    let time = now
    const { cookie } = cookieOf({ at: () => time })
    const value = await sealedBy()
    expect(await cookie.open(value)).not.toBeNull()
    time = sealed.identity.refresh_expires
    expect(await cookie.open(value)).toBeNull()
  })

  it('does not open without its password, though it was opened before', async () => {
    const value = await sealedBy()
    expect(await cookieOf().cookie.open(value)).not.toBeNull()
    expect(await cookieOf({ passwords: [unknown] }).cookie.open(value)).toBeNull()
  })

  it('opens with a previous password, and needs to be sealed again', async () => {
    const rotated = cookieOf({ passwords: [unknown, current] })
    expect(await rotated.cookie.open(await sealedBy())).toEqual({ ...sealed, needsReseal: true })
    expect(rotated.events).toEqual([])
  })

  it.each([
    ['another password', 'invalid', async () => sealedBy(action, cookieOf({ passwords: [unknown] }))],
    ['no seal', 'invalid', async () => 'nonsense'],
    ['an empty seal', 'invalid', async () => sealData({}, { password: current })],
    ['another product', 'product', async () => sealedBy(action, cookieOf({ product: 'euid' }))],
    [
      'no account',
      'shape',
      async () => sealData({ ...sealed, product: 'uid2', sub: 1 }, { password: current }),
    ],
    [
      'no session',
      'shape',
      async () => sealData({ ...sealed, product: 'uid2', sid: 1 }, { password: current }),
    ],
    [
      'no consent',
      'shape',
      async () => sealData({ ...sealed, product: 'uid2', consentId: '7' }, { password: current }),
    ],
    [
      'no identity',
      'shape',
      async () => sealData({ ...sealed, product: 'uid2', identity: {} }, { password: current }),
    ],
  ])('with %s is null, and the event says %s', async (_, reason, make) => {
    const { cookie, events } = cookieOf({ passwords: [current, previous] })
    expect(await cookie.open(await make())).toBeNull()
    expect(events).toEqual([{ type: 'cookie_rejected', reason }])
  })

  it.each(['', 'garbage', 'Fe26.2*1*a*b*c*d*e*f*g~2', '~', '%', 'null', 'x'.repeat(50_000), '\u0000'])(
    'that is invalid is null, without an error: %j (N14)',
    async (value) => {
      expect(await cookieOf().cookie.open(value)).toBeNull()
    },
  )

  it('with any one character changed is null (N14)', async () => {
    const { cookie } = cookieOf()
    const value = await sealedBy()
    const step = Math.max(1, Math.floor(value.length / 40))
    for (let i = 0; i < value.length - 2; i += step) {
      const other = value[i] === 'a' ? 'b' : 'a'
      expect(await cookie.open(value.slice(0, i) + other + value.slice(i + 1)), `at ${i}`).toBeNull()
    }
    expect(await cookie.open(value.slice(0, -20))).toBeNull()
  })

  it('differs each time, and shows nothing of its content', async () => {
    const value = await sealedBy()
    expect(value).not.toBe(await sealedBy())
    for (const secret of [...Object.values(sealed.identity), 'refresh_token'])
      expect(value).not.toContain(String(secret))
  })

  it('is below 2.5 kB in the worst case (U21)', async () => {
    // Longer than operators send: an advertising token has 255 characters, a refresh token 388.
    const longest = { advertising_token: 'A'.repeat(300), refresh_token: 'R'.repeat(500) }
    const set = {
      sub: `facebook:${'x'.repeat(22)}`,
      sid: 'x'.repeat(22),
      consentId: Number.MAX_SAFE_INTEGER,
      identity: { ...sealed.identity, ...longest },
    }
    const value = await sealedBy({ set, sessionEnds: now + 30 * 24 * 60 * minute })
    const cookie = `__Host-euid=${value}; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=lax`
    expect(value).not.toBe('')
    expect(cookie.length).toBeLessThan(2500)
  })

  it('is not set when its refresh token has expired', async () => {
    const identity = { ...sealed.identity, refresh_expires: now + 999 }
    expect(await sealedBy({ ...action, set: { ...sealed, identity } })).toBe('')
  })

  it('expires by itself, also when a browser keeps it too long', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now })
    const value = await sealedBy()
    const { cookie, events } = cookieOf()
    // iron-session allows clocks to differ by a minute.
    vi.setSystemTime(now + 32 * minute)
    expect(await cookie.open(value)).toBeNull()
    expect(events).toEqual([{ type: 'cookie_rejected', reason: 'expired' }])
    vi.useRealTimers()
  })

  it('is not set when browsers would refuse its size, and the event says so', async () => {
    const site = cookieOf()
    const identity = { ...sealed.identity, advertising_token: 'A'.repeat(4000) }
    const [[, value = 'x', { maxAge }] = ['', 'x', { maxAge: 1 }]] = await site.write({
      ...action,
      set: { ...sealed, identity },
    })
    expect([value, maxAge]).toEqual(['', 0])
    expect(site.events).toMatchObject([{ type: 'cookie_too_large' }])
  })
})

describe('the cookie', () => {
  const attributes = { httpOnly: true, sameSite: 'lax', secure: true, path: '/' }

  it('is kept by writing nothing', async () => {
    expect(await cookieOf().write('keep')).toEqual([])
  })

  it('is deleted with the attributes of setting it', async () => {
    expect(await cookieOf().write('clear')).toEqual([['__Host-uid2', '', { ...attributes, maxAge: 0 }]])
    expect((await cookieOf().write(action))[0]?.[2]).toEqual({ ...attributes, maxAge: 30 * 60 })
  })

  it('is not secure where the site is not', async () => {
    expect((await cookieOf({ secure: false }).write('clear'))[0]?.[2]).toMatchObject({ secure: false })
  })

  it('lives as long as the refresh token where the session lives longer', async () => {
    expect((await cookieOf().write({ ...action, sessionEnds: now + 90 * minute }))[0]?.[2]).toMatchObject({
      maxAge: 3600,
    })
  })

  it('is deleted when its session has ended', async () => {
    expect((await cookieOf().write({ ...action, sessionEnds: now + 999 }))[0]?.slice(1)).toMatchObject([
      '',
      { maxAge: 0 },
    ])
  })
})

describe('a request that the proxy forwards', () => {
  const request = () =>
    new NextRequest('http://localhost/', {
      headers: { cookie: 'other=1; __Host-uid2=old', 'if-none-match': '"e"', 'if-modified-since': 'x' },
    })
  const overridden = (response: Response, name: string) =>
    response.headers.get(`x-middleware-request-${name}`)

  it('is unchanged when the cookie is kept', async () => {
    const response = await cookieOf().cookie.forward(request(), 'keep', () => {})
    expect(response.headers.get('x-middleware-override-headers')).toBeNull()
    expect(response.headers.get('cache-control')).toBeNull()
    expect(response.cookies.getAll()).toEqual([])
  })

  it('has the new cookie for pages and for the browser, in a response that no cache keeps', async () => {
    const response = await cookieOf().cookie.forward(request(), action, () => {})
    const value = response.cookies.get('__Host-uid2')?.value
    expect(value).toMatch(/^Fe26/)
    expect(overridden(response, 'cookie')).toContain('other=1')
    expect(overridden(response, 'cookie')).toContain(`__Host-uid2=${value}`)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'private, no-store',
      'cdn-cache-control': 'no-store',
      vary: 'Cookie',
    })
  })

  it('has no cookie when it is cleared', async () => {
    const response = await cookieOf().cookie.forward(request(), 'clear', () => {})
    expect(overridden(response, 'cookie')).toBe('other=1')
    expect(response.headers.get('set-cookie')).toMatch(/^__Host-uid2=;.*Max-Age=0/)
  })

  it('is not conditional when the cookie changes: a cache would store it with the page', async () => {
    const response = await cookieOf().cookie.forward(request(), action, () => {})
    expect(response.headers.get('x-middleware-override-headers')?.split(',')).not.toContain('if-none-match')
    expect(response.headers.get('x-middleware-override-headers')?.split(',')).not.toContain(
      'if-modified-since',
    )
  })
})

describe('a cookie header in which one cookie is replaced', () => {
  it('keeps every other byte: also invalid, quoted and repeated cookies (K6d)', () => {
    const others = 'a="b c"; euconsent-v2=%E0%A4%A; euconsent-v2=x; flag; =y'
    expect(replaceCookie(others, 'uid2', 'Fe26.2*1~x')).toBe(`${others}; uid2=Fe26.2*1~x`)
    expect(replaceCookie(`uid2=old; ${others}; uid2=older`, 'uid2', 'new')).toBe(`${others}; uid2=new`)
    expect(replaceCookie(`${others}; uid2=old`, 'uid2', '')).toBe(others)
    expect(replaceCookie('uid2=old', 'uid2', '')).toBe('')
    expect(replaceCookie(null, 'uid2', 'new')).toBe('uid2=new')
  })
})

describe('a password of fewer than 32 characters', () => {
  it('is refused when the identity is created, also a previous one, without being quoted', async () => {
    for (const passwords of [['short'], [current, 'short']] as [string, ...string[]][])
      await expect(siteInMemory({ cookie: { name: 'uid2', secure: false, passwords } })).rejects.toThrow(
        'cookie.passwords: each password needs at least 32 characters',
      )
  })
})
