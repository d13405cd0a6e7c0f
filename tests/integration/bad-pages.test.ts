import { describe, expect, it } from 'vitest'
import { choiceForm, sendForm } from '../support/forms.ts'
import { staticPage } from '../support/publication.ts'
import { type RawAnswer, raw, sendBytes } from '../support/raw.ts'
import { cookieOf, sameOrigin, visitor, withToken } from '../support/reader.ts'
import { sandboxSite } from '../support/shared-site.ts'

const site = await sandboxSite()
const own = sameOrigin(site)

/** One sentence in plain text. */
async function expectPlain(answer: Response | RawAnswer, status: number) {
  const text = typeof answer.text === 'string' ? answer.text : await answer.text()
  expect({ status: answer.status, text }).toMatchObject({ status })
  expect(text).toMatch(/^[A-Z][^\n]*\.\n$/)
}

describe('a request to a page (N11)', () => {
  it('by another method than GET, HEAD or POST is 405', async () => {
    for (const path of ['/', '/choice', staticPage, '/nothing-here'])
      for (const method of ['PUT', 'OPTIONS'])
        await expectPlain(await visitor(site).fetch(path, { method, headers: own }), 405)
    const prefetch = { ...own, purpose: 'prefetch' }
    await expectPlain(await visitor(site).fetch('/choice', { method: 'PUT', headers: prefetch }), 405)
  })

  it('that sends a form from elsewhere is 403; from here it is taken by the form’s own address', async () => {
    const reader = await withToken(site)
    const form = await choiceForm(reader, 'denied')
    for (const headers of [{ origin: 'https://evil.example' }, {}] as Record<string, string>[])
      await expectPlain(await reader.fetch('/choice', { method: 'POST', body: form.fields, headers }), 403)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
    expect((await sendForm(reader, form, own)).status).toBe(303)
    expect(await reader.identity()).toMatchObject({ status: 'denied' })
  })

  it('that is longer than any form is 413, and not waited for', async () => {
    const head = ['POST /choice HTTP/1.1', 'Host: x', `Origin: ${site.origin}`, 'Content-Length: 70000']
    const answer = await sendBytes(site, `${head.join('\r\n')}\r\n\r\nx`)
    expect(answer).toMatch(/^HTTP\/1.1 413 [\s\S]*\nThis form is too large\.\n/)
  })

  it.each([
    ['/choice', 'multipart/form-data; boundary=b', '--b\r\nContent-Disp'],
    ['/', 'text/plain', '["$B1"]'],
    ['/articles/x.css', 'application/json', '{}'],
  ])('that looks like a server action is 400: %s, %s', async (path, type, body) => {
    const action = { 'content-type': type, 'next-action': 'f'.repeat(42), 'next-router-prefetch': '1' }
    const init = { method: 'POST', headers: { ...own, ...action }, body }
    await expectPlain(await visitor(site).fetch(path, init), 400)
  })

  it.each(['/%', '/articles/%FF', '/articles/%.js', '/api/auth/%', '/sandbox/operator/%', '/_next/static/%'])(
    'whose path cannot be decoded is 400: %s',
    async (path) => {
      for (const headers of [{}, { cookie: cookieOf(await withToken(site)) }] as Record<string, string>[])
        await expectPlain(await raw(site, path, { headers }), 400)
    },
  )

  it('that is not there is 404, with the way back; a path that is encoded without need is 200', async () => {
    const headers = { cookie: cookieOf(await withToken(site)) }
    for (const path of ['/nothing', '/articles/nothing', '/live/nothing', '/articles/%00', '/..%2f..%2fetc'])
      expect((await raw(site, path, { headers })).status, path).toBe(404)
    expect((await raw(site, '/articles/nothing')).text).toContain('Your privacy choices')
    expect((await raw(site, '/articles/what%2Dlighthouses-measured')).status).toBe(200)
  })

  it('whose router state cannot be read gets the page all the same', async () => {
    const headers = { rsc: '1', 'next-router-state-tree': 'x' }
    const { status, headers: answered } = await raw(site, '/privacy', { headers })
    const { location } = answered
    expect(status === 307 ? (await raw(site, String(location), { headers })).status : status).toBe(200)
  })

  it('that asks for an upgrade is answered as any other, not kept open (N27)', async () => {
    const headers = { connection: 'upgrade', upgrade: 'websocket' }
    for (const [path, status] of [
      ['/', 200],
      ['/nothing', 404],
      ['/api/nothing', 404],
    ] as const)
      expect((await raw(site, path, { headers })).status).toBe(status)
  })
})

describe('a request to no route', () => {
  it('below /api and /sandbox is 404, by any method', async () => {
    for (const path of ['/api/nothing', '/sandbox/nothing', '/sandbox/operator'])
      for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS']) {
        const answer = await visitor(site).fetch(path, { method, headers: { ...own, 'next-action': 'x' } })
        const text = path.startsWith('/api/') ? expect.stringMatching(/^{"error":"not_found"/) : 'Not Found'
        expect([answer.status, await answer.text()], `${method} ${path}`).toEqual([404, text])
      }
  })

  it.each([
    ['TRACE / HTTP/1.1', 405],
    ['PROPFIND /api/choice HTTP/1.1', 405],
    ['OPTIONS * HTTP/1.1', 400],
    ['GET http://evil.example/ HTTP/1.1', 400],
    ['GET //evil.example/x HTTP/1.1', 308],
    ['GET /\\\\evil.example/x HTTP/1.1', 308],
  ])('%s: %i, and leads nowhere else', async (line, status) => {
    const answer = await sendBytes(site, `${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).not.toMatch(/^location: (?!\/evil\.example\/x\r)/im)
  })
})

describe('a forged host (N18)', () => {
  const port = `localhost:${site.port}`
  const evil = 'evil.example'

  it.each<Record<string, string>>([
    { host: evil },
    { host: port, 'x-forwarded-host': evil, 'x-forwarded-proto': 'https' },
  ])('is never where a redirect or a link of ours leads: %j', async (forged) => {
    const headers = { ...forged, cookie: cookieOf(await withToken(site)) }
    const account = ['/choice/', '/choice', '/sign-in', '/sign-in/outbox']
    const auth = ['signin', 'signout', 'error?error=x', 'providers', 'callback/facebook?code=x&state=y']
    for (const path of [...account, ...auth.map((action) => `/api/auth/${action}`)]) {
      const answer = await raw(site, path, { headers })
      expect(answer.status, path).toBeLessThan(500)
      const said = `${answer.headers.location} ${answer.headers['set-cookie']} ${answer.text}`
      expect(said, path).not.toContain(evil)
    }
  })

  it('is not an origin that may change state', async () => {
    const reader = await withToken(site)
    const headers = {
      host: evil,
      'x-forwarded-host': evil,
      origin: `http://${evil}`,
      cookie: cookieOf(reader),
      'content-type': 'application/json',
    }
    const init = { method: 'POST', headers, body: '{"advertising":"denied"}' }
    expect((await raw(site, '/api/choice', init)).status).toBe(403)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })
})

describe('the sandbox', () => {
  it('answers as an operator without Date, as the real one does', async () => {
    for (const path of ['/sandbox/operator/ops/healthcheck', '/sandbox/operator/v2/nothing'])
      expect((await visitor(site).fetch(path)).headers.has('date'), path).toBe(false)
    expect((await visitor(site).fetch('/api/health')).headers.has('date')).toBe(true)
  })

  it('lets tools and this site set its faults, and no page of another site (S4b)', async () => {
    const send = async (headers: Record<string, string>, method = 'POST') => {
      const body = method === 'POST' ? '{}' : null
      const answer = await visitor(site).fetch('/sandbox/operator/faults', { method, headers, body })
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      return answer.status
    }
    const far = { origin: 'https://evil.example' }
    const statuses = [await send({}), await send(own), await send(far)]
    statuses.push(await send({ 'sec-fetch-site': 'cross-site' }))
    statuses.push(await send({ ...far, 'access-control-request-method': 'POST' }, 'OPTIONS'))
    expect(statuses).toEqual([200, 200, 403, 403, 403])
  })
})
