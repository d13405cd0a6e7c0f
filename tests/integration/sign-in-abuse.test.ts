import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asker, asker } from '../support/proof.ts'
import { raw } from '../support/raw.ts'
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
const own = () => ({ origin: site.origin, 'sec-fetch-site': 'same-origin' })

const send = (...sent: Sent) => sendRaw(site, ...sent)

describe('S4: a step of a sign-in refuses', () => {
  const body = 'kind=email&value=cross@example.com&provider=facebook&secret=x'

  it.each<[string, number, string, Record<string, string>, string | Uint8Array[]]>([
    ['a form from elsewhere', 403, 'cross_site', { origin: 'https://evil.example', ...form }, body],
    ['a form of a sandboxed frame', 403, 'cross_site', { origin: 'null', ...form }, body],
    [
      'a form of another host of this site',
      403,
      'cross_site',
      { 'sec-fetch-site': 'same-site', ...form },
      body,
    ],
    ['a form that says both', 403, 'cross_site', { 'sec-fetch-site': 'cross-site', ...form }, body],
    ['a form from nowhere', 403, 'cross_site', form, body],
    [
      'JSON',
      415,
      'media_type',
      { 'content-type': 'application/json' },
      '{"kind":"email","value":"a@example.com"}',
    ],
    ['multipart', 415, 'media_type', { 'content-type': 'multipart/form-data; boundary=b' }, '--b--'],
    ['text', 415, 'media_type', { 'content-type': 'text/plain' }, body],
    ['no media type', 415, 'media_type', {}, body],
    ['20 kB', 413, 'too_large', form, `value=${'x'.repeat(20_000)}`],
    ['20 kB, chunked', 413, 'too_large', form, Array.from({ length: 5 }, () => new Uint8Array(4096))],
  ])('%s', async (_, status, error, headers, sent) => {
    const origin = error === 'cross_site' ? {} : own()
    for (const step of steps) {
      const json = await send(
        `/api/sign-in/${step}`,
        { accept: 'application/json', ...origin, ...headers },
        sent,
      )
      expect([step, json.status, (JSON.parse(json.text) as { error: string }).error]).toEqual([
        step,
        status,
        error,
      ])
      const html = await send(`/api/sign-in/${step}`, { accept: 'text/html', ...origin, ...headers }, sent)
      expect([html.status, html.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8'])
      for (const answer of [json, html]) {
        expect(answer.headers['set-cookie']).toBeUndefined()
        expect(answer.headers['cache-control']).toBe('private, no-store')
      }
    }
  })

  it.each([
    'nothing',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'ASK',
    'ask%00',
    '..%2fask',
    '%5Fask',
  ])('a step that is none: %s', async (step) => {
    const answer = await send(`/api/sign-in/${step}`, { accept: 'application/json', ...own(), ...form }, body)
    expect(answer.status).toBe(404)
  })

  it.each([
    '__proto__',
    'constructor',
    'facebook ',
    'Facebook',
    'google',
    'proof',
    'demo',
    '../facebook',
    '',
  ])('a provider that is none: %j', async (provider) => {
    const answer = await asker(site).step('provider', { provider })
    expect([answer.status, (await answer.json()) as object]).toMatchObject([404, { problem: 'not_offered' }])
  })

  it('a method that it does not have', async () => {
    for (const step of steps)
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE'])
        expect((await raw(site, `/api/sign-in/${step}`, { method, headers: own() })).status).toBe(405)
  })

  it('unexpected fields, without being confused by them', async () => {
    for (const step of steps)
      for (const sent of [
        '',
        '%',
        '%E0%A4%A=%FF&value=%00',
        '__proto__=x&constructor=x&kind=__proto__&value=__proto__',
        'kind=phone&kind=email&value=%2B&value=x',
        'secret=&secret[]=x',
        `secret=${'x'.repeat(10_000)}`,
        'csrfToken=x&callbackUrl=javascript:alert(1)&json=true&redirect=false&error=x',
        `next=${encodeURIComponent('/\u2603')}`,
        'value=\uD800&kind=\uDFFF',
      ]) {
        const answer = await send(
          `/api/sign-in/${step}`,
          { accept: 'application/json', ...own(), ...form },
          sent,
        )
        expect([step, sent, answer.status < 500 || step === 'provider']).toEqual([step, sent, true])
        expect(setsSession(answer)).toBe(false)
      }
  })
})

describe('S4: next-auth’s own routes', () => {
  it.each([
    '/api/auth/callback/demo',
    '/api/auth/callback/proof',
    '/api/auth/signin/facebook',
    '/api/auth/signout',
    '/api/auth/session',
    '/api/auth/_log',
  ])('POST %s is never answered 500, whatever is sent', async (path) => {
    for (const [type, sent] of [
      ['application/json', '{'],
      ['application/json', 'null'],
      ['application/json', '7'],
      ['application/json', '"x"'],
      ['application/json', '[]'],
      [
        'application/json',
        '{"csrfToken":{},"email":{"a":1},"secret":[],"callbackUrl":{},"level":"constructor"}',
      ],
      ['application/json', '{"__proto__":{"json":"true"},"callbackUrl":7}'],
      ['application/x-www-form-urlencoded', '%&=&callbackUrl=javascript:alert(1)&json=true'],
      ['multipart/form-data', 'x'],
      ['text/plain', ''],
    ] as const) {
      const from = asker(site)
      const answer = await from.fetch(path, {
        method: 'POST',
        headers: { 'content-type': type, 'x-forwarded-for': `192.0.2.${people++ % 250}` },
        body: sent,
      })
      expect([sent, answer.status < 500]).toEqual([sent, true])
      expect(await answer.text()).not.toMatch(stack)
      expect(from.jar.has(session)).toBe(false)
    }
  })
})

describe('S9: a sign-in begins afresh', () => {
  const signIns: [string, (reader: Asker) => Promise<Response>][] = [
    ['demo', (reader) => reader.form('demo', { kind: 'email', value: somebody() })],
    ['proof', async (reader) => reader.form('finish', { secret: await reader.ask(somebody()) })],
    ['next-auth’s own demo route', (reader) => reader.signIn({ email: somebody() })],
  ]

  it.each(signIns)(
    '%s: a sid of its own, the session before it ended, its identity gone',
    async (_, signIn) => {
      const reader = asker(site)
      await reader.form('demo', { kind: 'email', value: somebody() })
      await reader.choose('granted')
      const before = reader.twin()
      expect(await before.identity()).toMatchObject({ status: 'available' })
      const answer = await signIn(reader)
      expect(answer.status).toBeLessThan(400)
      expect(answer.headers.getSetCookie().filter((cookie) => /^uid2=;/.test(cookie))).toHaveLength(1)
      expect(reader.jar.has('uid2')).toBe(false)
      expect(reader.jar.get(session)).not.toBe(before.jar.get(session))
      expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
      // Whoever kept the earlier cookies holds nothing.
      expect(await before.identity()).toMatchObject({ status: 'signed_out' })
    },
  )

  it.each(signIns)('%s: cookies that were planted before do not survive it', async (_, signIn) => {
    const thief = asker(site)
    await thief.form('demo', { kind: 'email', value: somebody() })
    await thief.choose('granted')
    const reader = asker(site, new Map(thief.jar))
    for (const [name, value] of [
      [`${session}.0`, thief.jar.get(session) ?? ''],
      [`${session}.1`, 'x'],
      ['lantern-callback-url', 'https://evil.example/'],
    ] as const)
      reader.jar.set(name, value)
    await signIn(reader)
    expect(reader.jar.get(session)).not.toBe(thief.jar.get(session))
    expect(reader.jar.get('uid2')).toBeUndefined()
    expect(reader.jar.has(`${session}.0`)).toBe(false)
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
    expect(await thief.identity()).toMatchObject({ status: 'signed_out' })
  })

  it('each Set-Cookie of an answer is of another cookie', async () => {
    for (const [name, signIn] of signIns) {
      const reader = asker(site)
      await reader.form('demo', { kind: 'email', value: somebody() })
      await reader.choose('granted')
      reader.jar.set('lantern-callback-url', `${site.origin}/`)
      const names = (await signIn(reader)).headers.getSetCookie().map((cookie) => cookie.split('=')[0])
      expect([name, names.length]).toEqual([name, new Set(names).size])
    }
  })

  it('a sign-in that fails leaves the reader as they were', async () => {
    const reader = asker(site)
    await reader.form('demo', { kind: 'email', value: somebody() })
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

it('after all of this the server is well', async () => {
  expect((await asker(site).fetch('/api/health')).status).toBe(200)
  expect(site.log()).not.toMatch(/unhandled|uncaught|\n\s+at /i)
})
