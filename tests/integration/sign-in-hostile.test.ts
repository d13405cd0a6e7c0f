import { encode } from 'next-auth/jwt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asker, asker } from '../support/proof.ts'
import { type RawAnswer, raw } from '../support/raw.ts'
import {
  env,
  form,
  type Sent,
  sendRaw,
  session,
  setsSession,
  stack,
  steps,
} from '../support/sign-in-forms.ts'
import { type Site, startSite } from '../support/site.ts'

let site: Site

beforeAll(async () => {
  site = await startSite({ env })
})
afterAll(() => site.stop())

let people = 0
const somebody = () => `abuse-${people++}@example.com`
const cookieOf = (reader: Asker) => [...reader.jar].map((pair) => pair.join('=')).join('; ')
const own = () => ({ origin: site.origin, 'sec-fetch-site': 'same-origin' })

const send = (...sent: Sent) => sendRaw(site, ...sent)

describe('N17: what is not ours, on every page and route of a sign-in', () => {
  const names = [
    session,
    `${session}.0`,
    'lantern-csrf',
    'lantern-callback-url',
    'lantern-state',
    'lantern-nonce',
    'lantern-pkce',
    'sign-in',
    'uid2',
  ]
  const get = [
    '/sign-in',
    '/sign-in?next=/privacy&error=x&error=y',
    '/sign-in/proof',
    '/sign-in/proof?secret=x',
    '/sign-in/outbox',
    '/choice',
    '/api/auth/session',
    '/api/auth/csrf',
    '/api/auth/providers',
    '/api/auth/signin',
    '/api/auth/callback/facebook?code=x&state=y',
    '/api/auth/callback/facebook?error=access_denied&error_description=%00',
    '/api/auth/callback/proof',
  ]
  let foreign: string

  beforeAll(async () => {
    foreign = await encode({ token: { sub: 'x' }, secret: 'f'.repeat(32) })
  })

  async function everywhere(headers: Record<string, string>) {
    for (const path of get) {
      const answer = await raw(site, path, { headers })
      expect([path, answer.status < 500]).toEqual([path, true])
      expect(answer.text).not.toMatch(stack)
      expect(setsSession(answer)).toBe(false)
    }
    for (const step of steps) {
      const sent = 'kind=email&value=x&secret=x&provider=facebook'
      const answer = await send(
        `/api/sign-in/${step}`,
        { ...own(), ...form, ...headers, 'x-forwarded-for': `192.0.2.${people++ % 250}` },
        sent,
      )
      expect([step, answer.status < 500]).toEqual([step, true])
      expect(setsSession(answer)).toBe(false)
    }
  }

  it.each([
    ['garbage', () => 'garbage'],
    ['percent signs', () => '%E0%A4%A'],
    ['a quote', () => '"'],
    ['of a foreign secret', () => foreign],
    ['__proto__', () => '__proto__'],
    ['a script', () => 'javascript:alert(1)'],
    ['a number', () => '7|7'],
    ['another site', () => 'https://evil.example'],
  ])('cookies: %s in each', async (_, value) => {
    await everywhere({ cookie: names.map((name) => `${name}=${value()}`).join('; ') })
  })

  it.each(names)('cookies: 6 kB in %s', async (name) => {
    await everywhere({ cookie: `${name}=${'x'.repeat(6000)}` })
  })

  it('cookies: some unknown ones', async () => {
    const many = Array.from({ length: 150 }, (_, i) => `${i % 2 ? '__Secure-' : ''}lantern-x${i}=${i}`)
    await everywhere({ cookie: [...many, '__proto__=x', 'constructor=y', '=z', 'bare'].join('; ') })
  })

  it.each(['Bearer garbage', 'Bearer %E0%A4%A', 'Basic %%%', 'x'.repeat(4000)])(
    'Authorization: %.20s',
    async (authorization) => {
      await everywhere({ authorization })
    },
  )

  it('a browser full of it can still sign in', async () => {
    const jar = new Map(names.map((name) => [name, 'garbage']))
    for (const reader of [asker(site, new Map(jar)), asker(site, new Map(jar))]) {
      const secret = await reader.ask(somebody())
      expect((await reader.step('finish', { secret })).status).toBe(200)
      expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
    }
  })

  it('nor does any of it end up in the log', () => {
    expect(site.log()).not.toMatch(/garbage|evil\.example|unhandled|uncaught|\n\s+at /i)
  })
})

describe('N18: where a sign-in leads', () => {
  const elsewhere = [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'evil.example',
    ' //evil.example',
    'https:evil.example',
    '',
  ]

  it.each(elsewhere)('never to %j', async (next) => {
    const reader = asker(site)
    const secret = await reader.ask(somebody(), next)
    const answers = [
      await reader.form('finish', { secret, next }),
      await asker(site).form('demo', { kind: 'email', value: somebody(), next }),
    ]
    for (const answer of answers) expect(answer.headers.get('location')).toBe('/choice')
    const json = await asker(site).step('demo', { kind: 'email', value: somebody(), next })
    expect(await json.json()).toEqual({ url: '/choice' })
    const provider = await asker(site).form('provider', { provider: 'facebook', next })
    expect(new URL(provider.headers.get('location') ?? '').origin).toBe('https://www.facebook.com')
    expect(decodeURIComponent(provider.headers.getSetCookie().join())).not.toContain('evil.example')
    const html = await (await reader.fetch(`/sign-in?next=${encodeURIComponent(next)}`)).text()
    expect(html).toContain('href="/choice"')
    const page = await (
      await asker(site).fetch(`/sign-in?callbackUrl=x&next=${encodeURIComponent(next)}`)
    ).text()
    expect(page).toContain('name="next" value="/choice"')
  })

  it.each(['/privacy', '/articles/x?a=b#c', '/..//evil.example', '/%2F/evil.example', '/\u2603', '/ä b'])(
    'to %j, which is of this site',
    async (next) => {
      const reader = asker(site)
      const secret = await reader.ask(somebody(), next)
      const answers = [
        await reader.form('finish', { secret }),
        await asker(site).form('demo', { kind: 'email', value: somebody(), next }),
      ]
      for (const answer of answers) {
        expect(answer.status).toBe(303)
        const to = new URL(answer.headers.get('location') ?? '', site.origin)
        expect(to.href).toBe(new URL(next, site.origin).href)
        expect(to.origin).toBe(site.origin)
      }
    },
  )

  it('a path that is too long for a cookie does not break the sign-in', async () => {
    for (const next of [`/${'x'.repeat(8000)}`, `/${'\u2603'.repeat(700)}`]) {
      const reader = asker(site)
      const secret = await reader.ask(somebody(), next)
      expect(`sign-in=${reader.jar.get('sign-in')}`.length).toBeLessThan(4000)
      expect((await reader.form('finish', { secret })).status).toBe(303)
    }
  })

  it('whatever the Host headers say', async () => {
    const port = site.port
    for (const forged of [
      { host: 'evil.example' },
      { host: `localhost:${port}`, 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
      { host: `evil.example:${port}`, forwarded: 'host=evil.example;proto=https', 'x-forwarded-port': '443' },
    ] as Record<string, string>[]) {
      const reader = asker(site)
      const secret = await reader.ask(somebody())
      const answers: RawAnswer[] = []
      for (const [step, body] of [
        ['finish', `secret=${secret}`],
        ['ask', 'kind=email&value=host@example.com'],
        ['provider', 'provider=facebook'],
        ['demo', 'kind=email&value=x@example.com'],
        ['demo', 'kind=email&value=x'],
      ] as const)
        answers.push(
          await send(
            `/api/sign-in/${step}`,
            {
              ...own(),
              ...form,
              accept: 'text/html',
              cookie: cookieOf(reader),
              'x-forwarded-for': '192.0.2.251',
              ...forged,
            },
            body,
          ),
        )
      for (const path of [
        '/sign-in',
        '/sign-in/proof',
        '/sign-in/outbox',
        '/api/auth/signin',
        '/api/auth/callback/facebook?code=x&state=y',
      ])
        answers.push(await raw(site, path, { headers: { ...forged, cookie: cookieOf(reader) } }))
      for (const answer of answers) {
        expect(answer.status).toBeLessThan(500)
        const said = `${answer.headers.location} ${answer.headers['set-cookie']} ${answer.text}`
        expect(decodeURIComponent(said.replaceAll('%', '%25'))).not.toContain('evil.example')
      }
      expect(decodeURIComponent(answers[2]?.headers.location ?? '')).toContain(
        `redirect_uri=${site.origin}/api/auth/callback/facebook`,
      )
      expect(await (await reader.fetch('/sign-in/outbox')).text()).not.toContain('evil.example')
    }
  })
})

it('after all of this the server is well', async () => {
  expect((await asker(site).fetch('/api/health')).status).toBe(200)
  expect(site.log()).not.toMatch(/unhandled|uncaught|\n\s+at /i)
})
