import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { choiceForm, sendForm } from '../support/forms.ts'
import { type RawAnswer, raw } from '../support/raw.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

let site: Site
let people = 0

beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.stop())

async function granted(): Promise<Visitor> {
  const reader = visitor(site)
  await reader.signIn({ email: `bad-page-${people++}@example.com` })
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  return reader
}

const cookieOf = (reader: Visitor) => [...reader.jar].map((pair) => pair.join('=')).join('; ')

describe('N11: requests to pages', () => {
  const own = () => ({ origin: site.origin, 'sec-fetch-site': 'same-origin' })
  const plain = async (answer: Response | RawAnswer, status: number) => {
    const text = typeof answer.text === 'string' ? answer.text : await answer.text()
    expect({ status: answer.status, text }).toMatchObject({ status })
    expect(text).toMatch(/^[A-Z][^\n]*\.\n$/)
  }

  it('405: another method', async () => {
    for (const path of ['/', '/choice', '/articles/what-lighthouses-measured', '/nothing-here'])
      for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
        await plain(await visitor(site).fetch(path, { method, headers: own() }), 405)
  })

  it('403: a form from elsewhere, which then changes nothing', async () => {
    const reader = await granted()
    const form = await choiceForm(reader, 'denied')
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, {}]) {
      expect((await sendForm(reader, form, headers)).status).toBe(403)
      await plain(await reader.fetch('/choice', { method: 'POST', body: form.fields, headers }), 403)
    }
    expect(await reader.identity()).toMatchObject({ status: 'available' })
    expect((await sendForm(reader, form, own())).status).toBe(303)
    expect(await reader.identity()).toMatchObject({ status: 'denied' })
  })

  it('413: too long, declared or chunked', async () => {
    const headers = { ...own(), 'content-type': 'application/x-www-form-urlencoded' }
    await plain(
      await visitor(site).fetch('/choice', { method: 'POST', headers, body: 'x'.repeat(70_000) }),
      413,
    )
    const body = Array.from({ length: 20 }, () => new Uint8Array(8192))
    await plain(await raw(site, '/choice', { method: 'POST', headers, body }), 413)
  })

  it.each([
    ['a form without its boundary', 'multipart/form-data', 'x'],
    ['a form that breaks off', 'multipart/form-data; boundary=b', '--b\r\nContent-Disp'],
    ['JSON', 'application/json', '{}'],
    ['nothing', 'text/plain', ''],
  ])('400: %s', async (_, type, body) => {
    const headers = { ...own(), 'content-type': type }
    await plain(await visitor(site).fetch('/choice', { method: 'POST', headers, body }), 400)
  })

  it('a form with nothing of ours in it, or an unknown action, is no error of the server', async () => {
    const reader = await granted()
    const form = new FormData()
    form.append('advertising', 'denied')
    const headers = own()
    const unknown = { ...headers, 'next-action': 'f'.repeat(42), 'content-type': 'text/plain;charset=UTF-8' }
    const answers = [
      await reader.fetch('/choice', { method: 'POST', body: form, headers }),
      await reader.fetch('/choice', { method: 'POST', body: '[]', headers: unknown }),
    ]
    for (const answer of answers) {
      expect(answer.status).toBeLessThan(500)
      expect(await answer.text()).not.toMatch(/\n\s+at .*\.js/)
    }
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })

  it.each([
    '/%',
    '/%E0%A4%A',
    '/articles/%',
    '/articles/%FF',
    '/articles/%.js',
    '/live/%C3',
    '/api/auth/%',
    '/sandbox/operator/%',
    '/_next/static/%',
  ])('400: %s, a path that cannot be decoded', async (path) => {
    for (const headers of [{}, { cookie: cookieOf(await granted()) }, { purpose: 'prefetch' }])
      await plain(await raw(site, path, { headers: headers as Record<string, string> }), 400)
  })

  it('404: a page that is not there; 200: one whose path is encoded without need', async () => {
    const cookie = cookieOf(await granted())
    for (const path of ['/nothing', '/articles/nothing', '/live/nothing', '/articles/%00', '/..%2f..%2fetc'])
      expect((await raw(site, path, { headers: { cookie } })).status, path).toBe(404)
    expect((await raw(site, '/articles/what%2Dlighthouses-measured')).status).toBe(200)
  })
})

describe('N18: a forged host', () => {
  it('is never where a redirect or a link of ours leads', async () => {
    const cookie = cookieOf(await granted())
    for (const forged of [
      { host: 'evil.example' },
      { host: `localhost:${site.port}`, 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    ])
      for (const path of [
        '/choice/',
        '/choice',
        '/sign-in',
        '/api/auth/signin',
        '/api/auth/signout',
        '/api/auth/error?error=x',
        '/api/auth/session',
        '/api/auth/providers',
      ]) {
        const answer = await raw(site, path, { headers: { ...forged, cookie } })
        expect(answer.status, path).toBeLessThan(500)
        expect(
          `${answer.headers.location} ${answer.headers['set-cookie']} ${answer.text}`,
          path,
        ).not.toContain('evil.example')
      }
  })

  it('is not an origin that may change state', async () => {
    const reader = await granted()
    const headers = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      origin: 'http://evil.example',
      cookie: cookieOf(reader),
      'content-type': 'application/json',
    }
    const answer = await raw(site, '/api/choice', {
      method: 'POST',
      headers,
      body: '{"advertising":"denied"}',
    })
    expect(answer.status).toBe(403)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })
})
