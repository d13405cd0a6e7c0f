import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { choiceForm, sendForm } from '../support/forms.ts'
import { type RawAnswer, raw, sendBytes } from '../support/raw.ts'
import { cookieOf, type Visitor, visitor } from '../support/reader.ts'
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

  it('413: longer than any form, and not waited for', async () => {
    const head = ['POST /choice HTTP/1.1', 'Host: x', `Origin: ${site.origin}`, 'Content-Length: 70000']
    const answer = await sendBytes(site, `${head.join('\r\n')}\r\n\r\nx`)
    expect(answer).toMatch(/^HTTP\/1.1 413 [\s\S]*\nThis form is too large\.\n/)
  })

  it.each([
    ['a form', '/choice', 'multipart/form-data; boundary=b', '--b\r\nContent-Disp'],
    ['JSON', '/privacy', 'application/json', '{}'],
    ['an action of React', '/', 'text/plain', '["$B1"]'],
    ['something to a file', '/articles/x.css', 'text/plain', 'x'],
    ['something to a prefetch', '/sign-in', 'text/plain', 'x'],
  ])('400: %s, sent to %s', async (_, path, type, body) => {
    const headers = {
      ...own(),
      'content-type': type,
      'next-action': 'f'.repeat(42),
      'next-router-prefetch': '1',
    }
    await plain(await visitor(site).fetch(path, { method: 'POST', headers, body }), 400)
  })

  it('404: what is sent to no route, below /api and /sandbox', async () => {
    for (const path of ['/api/nothing', '/sandbox/nothing', '/sandbox/operator'])
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const answer = await visitor(site).fetch(path, { method, headers: { ...own(), 'next-action': 'x' } })
        expect([answer.status, await answer.text()], `${method} ${path}`).toEqual([
          404,
          path.startsWith('/api/') ? expect.stringMatching(/^{"error":"not_found"/) : 'Not Found',
        ])
      }
  })

  it.each([
    ['TRACE / HTTP/1.1', 405],
    ['TRACE /api/health HTTP/1.1', 405],
    ['PROPFIND /api/choice HTTP/1.1', 405],
    ['GET * HTTP/1.1', 400],
    ['OPTIONS * HTTP/1.1', 400],
    ['GET http://evil.example/ HTTP/1.1', 400],
    ['POST http://evil.example/api/choice HTTP/1.1', 400],
    ['GET //evil.example/x HTTP/1.1', 308],
    ['GET /\\\\evil.example/x HTTP/1.1', 308],
  ])('%s: %i, and leads nowhere else', async (line, status) => {
    const answer = await sendBytes(site, `${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).not.toMatch(/^location: (?!\/evil\.example\/x\r)/im)
  })

  it('N27: an upgrade that nothing takes is answered as any other request, not kept open', async () => {
    const headers = { connection: 'upgrade', upgrade: 'websocket' }
    for (const [path, status] of [
      ['/', 200],
      ['/nothing', 404],
      ['/api/nothing', 404],
    ] as const)
      expect((await raw(site, path, { headers })).status).toBe(status)
  })

  it('a page is given to the browser’s router though what it says of its pages cannot be read', async () => {
    const send = async (path: string) =>
      raw(site, path, { headers: { rsc: '1', 'next-router-state-tree': 'x' } })
    const { headers, status } = await send('/privacy')
    expect(status === 307 ? (await send(String(headers.location))).status : status).toBe(200)
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

describe('N25: a body that breaks off', () => {
  it.each([
    '/choice',
    '/api/choice',
    '/api/identity',
    '/api/sign-out',
    '/api/forms/choice',
    '/api/sign-in/demo',
    '/api/auth/callback/demo',
    '/api/nothing',
    '/sandbox/operator/v2/token/generate',
    '/sandbox/exchange/openrtb2/auction',
  ])('sent to %s is no error of the server, and no line of its log', async (path) => {
    const before = site.log()
    const { origin } = site
    for (const type of [
      'application/json',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=b',
    ])
      for (const [length, body] of [
        ['Content-Length: 999', '{"a'],
        ['Transfer-Encoding: chunked', '3\r\n{"a\r\n'],
        ['Transfer-Encoding: chunked', '3\r\n{"a\r\nzz\r\n'],
      ]) {
        const head = [
          `POST ${path} HTTP/1.1`,
          'Host: x',
          `Origin: ${origin}`,
          `Content-Type: ${type}`,
          length,
        ]
        expect(await sendBytes(site, `${head.join('\r\n')}\r\n\r\n${body}`)).not.toMatch(/^HTTP\/1.1 5/)
      }
    // What it says of them, it says before it answers the next request.
    expect((await visitor(site).fetch('/api/health')).status).toBe(200)
    expect(site.log()).toBe(before)
  })
})

it('the operator of the sandbox sends no Date, as the real one', async () => {
  for (const path of ['/sandbox/operator/ops/healthcheck', '/sandbox/operator/v2/nothing'])
    expect((await visitor(site).fetch(path)).headers.has('date'), path).toBe(false)
  expect((await visitor(site).fetch('/api/health')).headers.has('date')).toBe(true)
})

describe('the faults of the sandbox', () => {
  it('are for tools and for this site, and no page of another site can set them', async () => {
    const send = async (headers: Record<string, string>, method = 'POST') => {
      const body = method === 'POST' ? '{}' : null
      const answer = await visitor(site).fetch('/sandbox/operator/faults', { method, headers, body })
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      return answer.status
    }
    expect(await send({})).toBe(200)
    expect(await send(own())).toBe(200)
    expect(await send({ origin: 'https://evil.example' })).toBe(403)
    expect(await send({ 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(
      await send({ origin: 'https://evil.example', 'access-control-request-method': 'POST' }, 'OPTIONS'),
    ).toBe(403)
  })

  const own = () => ({ origin: site.origin, 'sec-fetch-site': 'same-origin' })
})
