import { encode } from 'next-auth/jwt'
import { describe, expect, it } from 'vitest'
import { type ProofVisitor, proofVisitor, type Step } from '../support/proof.ts'
import { raw } from '../support/raw.ts'
import { cookieOf, newEmail, sameOrigin } from '../support/reader.ts'
import { sandboxSite } from '../support/shared-site.ts'

const site = await sandboxSite()
const session = 'lantern-session'
const steps: Step[] = ['ask', 'finish', 'demo', 'provider']
const stack = /\n\s+at |node_modules|\.next\/|Error:/
const form = { 'content-type': 'application/x-www-form-urlencoded' }
let addresses = 0
const newAddress = () => ({ 'x-forwarded-for': `192.0.2.${++addresses}` })
const demoSignIn = (reader: ProofVisitor) => reader.form('demo', { kind: 'email', value: newEmail() })

describe('a step of a sign-in (S4)', () => {
  const send = async (step: string, headers: Record<string, string>, body: string | Uint8Array[]) => {
    const all = { host: new URL(site.origin).host, ...sameOrigin(site), ...newAddress(), ...headers }
    const answer = await raw(site, `/api/sign-in/${step}`, { method: 'POST', headers: all, body })
    expect(answer.text).not.toMatch(stack)
    expect(String(answer.headers['set-cookie'])).not.toContain(`${session}=ey`)
    return answer
  }

  it.each([
    [415, 'media_type', { 'content-type': 'application/json' }, '{"kind":"email","value":"a@example.com"}'],
    [413, 'too_large', form, `value=${'x'.repeat(20_000)}`],
    [413, 'too_large', form, Array.from({ length: 5 }, () => new Uint8Array(4096))],
  ])(
    'refuses with %i %s, in JSON and as a page, and sets no cookie',
    async (status, error, headers, body) => {
      for (const step of steps) {
        const json = await send(step, { accept: 'application/json', ...headers }, body)
        expect([step, json.status, JSON.parse(json.text).error]).toEqual([step, status, error])
        const html = await send(step, { accept: 'text/html', ...headers }, body)
        expect([html.status, html.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
        for (const answer of [json, html])
          expect([answer.headers['set-cookie'], answer.headers['cache-control']]).toEqual([
            undefined,
            'private, no-store',
          ])
      }
    },
  )

  it.each(['nothing', '__proto__', 'constructor', 'ASK', 'ask%00', '..%2fask'])(
    'that is none is 404: %s',
    async (step) => {
      expect((await send(step, form, 'kind=email')).status).toBe(404)
    },
  )

  it.each(['__proto__', 'Facebook', 'google', 'proof', 'demo', '../facebook', ''])(
    'to a provider that is none is 404: %j',
    async (provider) => {
      const answer = await proofVisitor(site).step('provider', { provider })
      expect([answer.status, await answer.json()]).toMatchObject([404, { problem: 'not_offered' }])
    },
  )

  it('is not confused by unexpected fields', async () => {
    for (const step of steps)
      for (const body of [
        '',
        '%E0%A4%A=%FF&value=%00',
        '__proto__=x&constructor=x&kind=__proto__&value=__proto__',
        'kind=phone&kind=email&value=%2B&value=x',
        `secret=${'x'.repeat(10_000)}`,
        'csrfToken=x&callbackUrl=javascript:alert(1)&json=true&redirect=false&error=x',
        'value=\uD800&kind=\uDFFF',
      ])
        expect([step, body, (await send(step, form, body)).status < 500]).toEqual([step, body, true])
  })
})

describe('cookies that are not ours, on every page and route of a sign-in (N17)', () => {
  const guards = ['csrf', 'callback-url', 'state', 'nonce', 'pkce'].map((name) => `lantern-${name}`)
  const names = [session, `${session}.0`, ...guards, 'sign-in', 'uid2']
  const pages = ['/sign-in', '/sign-in/proof?secret=x', '/sign-in/outbox', '/choice']
  const routes = [
    'session',
    'csrf',
    'providers',
    'signin',
    'callback/facebook?code=x&state=y',
    'callback/proof',
  ]
  const of = (value: string) => names.map((name) => `${name}=${value}`).join('; ')

  it.each<[string, () => Promise<string> | string]>([
    ['percent signs', () => of('%E0%A4%A')],
    ['a foreign secret', async () => of(await encode({ token: { sub: 'x' }, secret: 'f'.repeat(32) }))],
    ['a script', () => of('javascript:alert(1)')],
    ['another site', () => of('https://evil.example')],
    ['6 kB', () => `${session}=${'x'.repeat(6000)}`],
    ['many unknown ones', () => Array.from({ length: 150 }, (_, i) => `lantern-x${i}=${i}`).join('; ')],
    ['no pairs', () => '__proto__=x; constructor=y; =z; bare'],
  ])('%s: no error of the server, and no session', async (_, cookies) => {
    const cookie = await cookies()
    for (const path of [...pages, ...routes.map((route) => `/api/auth/${route}`)]) {
      const answer = await raw(site, path, { headers: { cookie } })
      expect([path, answer.status < 500]).toEqual([path, true])
      expect(answer.text).not.toMatch(stack)
      expect(String(answer.headers['set-cookie'])).not.toContain(`${session}=ey`)
    }
    const body = 'kind=email&value=x&secret=x&provider=facebook'
    for (const step of steps) {
      const headers = { ...sameOrigin(site), ...form, ...newAddress(), cookie }
      const answer = await raw(site, `/api/sign-in/${step}`, { method: 'POST', headers, body })
      expect([step, answer.status < 500]).toEqual([step, true])
    }
    expect(site.log()).not.toMatch(/evil\.example|unhandled|uncaught|\n\s+at /i)
  })

  it('a browser full of garbage can still sign in', async () => {
    const reader = proofVisitor(site, new Map(names.map((name) => [name, 'garbage'])))
    const secret = await reader.requestProof(newEmail())
    expect((await reader.step('finish', { secret })).status).toBe(200)
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
  })
})

describe('where a sign-in leads (N18)', () => {
  const elsewhere = [
    'https://evil.example/',
    '/\\evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '',
  ]

  it.each(elsewhere)('never to %j', async (next) => {
    const reader = proofVisitor(site)
    const secret = await reader.requestProof(newEmail(), next)
    const demo = { kind: 'email', value: newEmail(), next }
    for (const answer of [
      await reader.form('finish', { secret, next }),
      await proofVisitor(site).form('demo', demo),
    ])
      expect(answer.headers.get('location')).toBe('/choice')
    expect(await (await proofVisitor(site).step('demo', demo)).json()).toEqual({ url: '/choice' })
    const provider = await proofVisitor(site).form('provider', { provider: 'facebook', next })
    expect(new URL(provider.headers.get('location') ?? '').origin).toBe('https://www.facebook.com')
    expect(decodeURIComponent(provider.headers.getSetCookie().join())).not.toContain('evil.example')
    const page = (visitor: ProofVisitor) => visitor.fetch(`/sign-in?next=${encodeURIComponent(next)}`)
    expect(await (await page(reader)).text()).toContain('href="/choice"')
    expect(await (await page(proofVisitor(site))).text()).toContain('name="next" value="/choice"')
  })

  it.each(['/articles/x?a=b#c', '/..//evil.example', '/%2F/evil.example', '/\u2603 b'])(
    'to %j, a path of this site',
    async (next) => {
      const reader = proofVisitor(site)
      const secret = await reader.requestProof(newEmail(), next)
      const { status, headers } = await reader.form('finish', { secret })
      const to = new URL(headers.get('location') ?? '', site.origin)
      expect([status, to.href, to.origin]).toEqual([303, new URL(next, site.origin).href, site.origin])
    },
  )

  it('a path that is too long for a cookie does not break the sign-in', async () => {
    const reader = proofVisitor(site)
    const secret = await reader.requestProof(newEmail(), `/${'\u2603'.repeat(700)}`)
    expect(`sign-in=${reader.jar.get('sign-in')}`.length).toBeLessThan(4000)
    expect((await reader.form('finish', { secret })).status).toBe(303)
  })

  it('whatever the Host headers say', async () => {
    const reader = proofVisitor(site)
    const secret = await reader.requestProof(newEmail())
    const headers = {
      ...sameOrigin(site),
      ...form,
      ...newAddress(),
      accept: 'text/html',
      cookie: cookieOf(reader),
      host: `evil.example:${site.port}`,
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    }
    for (const [step, body] of [
      ['ask', 'kind=email&value=host@example.com'],
      ['demo', 'kind=email&value=x@example.com'],
      ['provider', 'provider=facebook'],
      ['finish', `secret=${secret}`],
    ]) {
      const answer = await raw(site, `/api/sign-in/${step}`, { method: 'POST', headers, body: body ?? '' })
      expect([step, answer.status]).toEqual([step, 303])
      const said = `${answer.headers.location} ${answer.headers['set-cookie']}`
      expect(decodeURIComponent(said)).not.toContain('evil.example')
      if (step === 'provider')
        expect(decodeURIComponent(said)).toContain(`redirect_uri=${site.origin}/api/auth/callback/facebook`)
    }
    expect(await (await reader.outbox()).text()).not.toContain('evil.example')
  })
})

describe('a sign-in begins anew (S9)', () => {
  const signIns: [string, (reader: ProofVisitor) => Promise<Response>][] = [
    ['demo', demoSignIn],
    ['proof', async (reader) => reader.form('finish', { secret: await reader.requestProof(newEmail()) })],
    ['next-auth’s own demo route', (reader) => reader.signIn({ email: newEmail() })],
  ]

  it.each(signIns)(
    '%s: another session; the one before is ended, and its identity gone',
    async (_, signIn) => {
      const reader = proofVisitor(site)
      await demoSignIn(reader)
      await reader.choose('granted')
      const before = reader.twin()
      // Cookies that an attacker could have planted.
      reader.jar.set(`${session}.0`, before.jar.get(session) ?? '')
      reader.jar.set('lantern-callback-url', 'https://evil.example/')
      const answer = await signIn(reader)
      expect(answer.status).toBeLessThan(400)
      const set = answer.headers.getSetCookie().map((cookie) => cookie.split('=')[0])
      expect(set).toEqual([...new Set(set)])
      for (const gone of ['uid2', `${session}.0`]) expect(reader.jar.has(gone)).toBe(false)
      expect(reader.jar.get(session)).not.toBe(before.jar.get(session))
      expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
      expect(await before.identity()).toMatchObject({ status: 'signed_out' })
    },
  )

  it('one that fails leaves the reader as they were', async () => {
    const reader = proofVisitor(site)
    await demoSignIn(reader)
    await reader.choose('granted')
    for (const [step, fields] of [
      ['demo', { kind: 'email', value: 'x' }],
      ['finish', { secret: 'x' }],
      ['ask', { kind: 'email', value: 'x' }],
    ] as const)
      expect((await reader.form(step, fields)).status).toBe(422)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })
})
