import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { choiceForm, sendForm } from '../support/forms.ts'
import { type TestOperator, testOperator } from '../support/operator.ts'
import { raw } from '../support/raw.ts'
import { cookieOf, type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

let operator: TestOperator
let site: Site

beforeAll(async () => {
  operator = await testOperator()
  site = await startSite({ env: operator.env })
})
afterAll(async () => {
  await site.stop()
  await operator.close()
})

async function send(reader: Visitor, advertising: 'granted' | 'denied', next: string): Promise<Response> {
  const form = await choiceForm(reader, advertising)
  form.fields.set('next', next)
  return sendForm(reader, form, { origin: site.origin, 'sec-fetch-site': 'same-origin' })
}

describe('the choice form without script', () => {
  it.each(['/', '/articles/what-lighthouses-measured', '/privacy'])(
    'N1: its answer sets the cookie and no cache may keep it, also on the way to %s',
    async (next) => {
      const reader = visitor(site)
      await reader.signIn({ email: `form${next.length}@example.com` })
      const answer = await send(reader, 'granted', next)
      expect(answer.status).toBe(303)
      expect(answer.headers.get('location')).toBe(next)
      expect(answer.headers.getSetCookie().join()).toContain('uid2=Fe26.2')
      expect(answer.headers.get('cache-control')).toContain('no-store')
      expect(await reader.identity()).toMatchObject({ status: 'available' })
    },
  )

  it.each([
    '//elsewhere.example',
    '/\\elsewhere.example',
    'https://elsewhere.example',
    'javascript:alert(1)',
  ])('leads nowhere else: next=%s', async (next) => {
    const reader = visitor(site)
    await reader.signIn({ email: 'form-next@example.com' })
    const answer = await send(reader, 'denied', next)
    expect(new URL(answer.headers.get('location') ?? '', site.origin).origin).toBe(site.origin)
  })
})

describe('N24: a form of the account pages', () => {
  const own = () => ({ origin: site.origin, 'sec-fetch-site': 'same-origin' })

  it('names nothing that another build would not know: an address below /api, and fields with names', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'builds@example.com' })
    await reader.choose('granted')
    const forms = await Promise.all(
      ['/choice', '/privacy', '/sign-in'].map(async (path) => [
        ...(await (await reader.fetch(path)).text()).matchAll(/<form[\s\S]*?<\/form>/g),
      ]),
    )
    expect(forms.map(({ length }) => length)).toEqual([1, 3, 1])
    for (const [form] of forms.flat()) {
      expect(form).toMatch(/^<form [^>]*action="\/api\/forms\/(choice|delete-records|sign-out)"/)
      expect(form).not.toMatch(/\$ACTION|enctype|[0-9a-f]{40}/i)
    }
  })

  it('is taken whatever the Host is, when it comes from the origin of NEXTAUTH_URL', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'upstream@example.com' })
    const answer = await raw(site, '/api/forms/choice', {
      method: 'POST',
      headers: {
        ...own(),
        host: 'upstream:8080',
        accept: 'text/html',
        cookie: cookieOf(reader),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'advertising=denied&next=%2Fprivacy',
    })
    expect(answer).toMatchObject({ status: 303, headers: { location: '/privacy' } })
    expect(await reader.identity()).toMatchObject({ status: 'denied' })
  })

  it('is answered with JSON where a script sends it, also as multipart', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'scripted@example.com' })
    const { action, fields } = await choiceForm(reader, 'granted')
    const body = new FormData()
    for (const [name, value] of fields) body.append(name, value)
    body.append('a file', new Blob(['x']), 'x.txt')
    const answer = await reader.fetch(action, { method: 'POST', body, headers: own() })
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect([answer.status, await answer.json()]).toEqual([200, { url: '/choice' }])
    expect(await reader.identity()).toMatchObject({ status: 'available' })
    const signOut = await reader.post('/api/forms/sign-out', 'x=y', {
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect([signOut.status, await signOut.json()]).toEqual([200, { url: '/' }])
    expect(reader.jar.size).toBe(0)
  })

  it('leads a reader who is signed out to the sign-in', async () => {
    const send = async (name: string, fields: Record<string, string>) => {
      const form = { action: `/api/forms/${name}`, fields: new URLSearchParams(fields) }
      const { status, headers } = await sendForm(visitor(site), form, own())
      return [status, headers.get('location')]
    }
    expect(await send('choice', { advertising: 'denied' })).toEqual([303, '/sign-in?next=/choice'])
    expect(await send('delete-records', {})).toEqual([303, '/sign-in?next=/privacy'])
    expect(await send('sign-out', {})).toEqual([303, '/'])
  })

  const urlencoded = 'application/x-www-form-urlencoded'
  it.each<[number, string, string, string, string, Record<string, string>]>([
    [400, 'bad_form', 'choice', 'multipart/form-data', 'x', {}],
    [400, 'bad_form', 'choice', 'multipart/form-data; boundary=b', '--b\r\nContent-Disp', {}],
    [403, 'cross_site', 'choice', urlencoded, 'advertising=granted', { origin: 'https://evil.example' }],
    [403, 'cross_site', 'sign-out', urlencoded, '', { 'sec-fetch-site': 'same-site' }],
    [404, 'not_found', 'nothing', urlencoded, '', {}],
    [404, 'not_found', 'constructor', urlencoded, '', {}],
    [413, 'too_large', 'choice', urlencoded, 'x'.repeat(140_000), {}],
    [415, 'media_type', 'choice', 'application/json', '{"advertising":"granted"}', {}],
    [422, 'invalid', 'choice', urlencoded, 'advertising=perhaps', {}],
  ])(
    '%i %s: refused in words, and changes nothing (%s, %s)',
    async (status, error, name, type, body, headers) => {
      const reader = visitor(site)
      await reader.signIn({ email: `refused-${status}@example.com` })
      await reader.choose('granted')
      const send = (accept: string) =>
        reader.post(`/api/forms/${name}`, body, { 'content-type': type, accept, ...headers })
      const answer = await send('*/*')
      expect([answer.status, await answer.json()]).toEqual([status, { error, message: expect.any(String) }])
      const page = await send('text/html')
      expect([page.status, page.headers.get('cache-control')]).toEqual([status, 'private, no-store'])
      expect(await page.text()).toContain('<h1>That did not work</h1>')
      expect(await reader.identity()).toMatchObject({ status: 'available' })
    },
  )
})

describe('what calls itself a prefetch', () => {
  it.each(['purpose', 'sec-purpose'])('%s: is guarded like any other request', async (header) => {
    const marked = { [header]: 'prefetch', origin: site.origin }
    const put = await visitor(site).fetch('/choice', { method: 'PUT', headers: marked })
    expect(put.status).toBe(405)
    const post = await visitor(site).fetch('/live/a.b', {
      method: 'POST',
      body: new URLSearchParams({ advertising: 'granted' }),
      headers: { ...marked, origin: 'https://elsewhere.example' },
    })
    expect(post.status).toBe(403)
  })
})

describe('next-auth’s own routes', () => {
  it.each([
    ['GET', '/api/auth/error?error=%E2%98%83'],
    ['GET', '/api/auth/error?error=%0d%0aSet-Cookie:%20a=b'],
    ['GET', '/api/auth/csrf?callbackUrl=javascript:alert(1)'],
    ['GET', '/api/auth/csrf?callbackUrl=%00foo'],
    ['GET', '/api/auth/csrf?callbackUrl=/choice&callbackUrl=javascript:alert(1)'],
    ['GET', '/api/auth/error?error=a&error=%E2%98%83'],
    ['GET', '/api/auth/error/%E2%98%83'],
    ['GET', '/api/auth/error/a%0D%0ASet-Cookie:%20a=b'],
    ['GET', '/api/auth/callback/demo'],
    ['GET', '/api/auth/callback/nobody'],
    ['GET', '/api/auth/nothing'],
    ['POST', '/api/auth/_log'],
    ['POST', '/api/auth/callback/demo'],
    ['POST', '/api/auth/signin/demo'],
  ])('N17: %s %s is never answered 500', async (method, path) => {
    const answer = await visitor(site).fetch(path, { method, ...(method === 'POST' && { body: 'x=%' }) })
    expect(answer.status).toBeLessThan(500)
    expect(await answer.text()).not.toMatch(/ {4}at |node_modules/)
    expect(answer.headers.get('cache-control')).toContain('no-store')
  })

  it('a callback cookie that is no URL is refused and taken away, so that the next try works', async () => {
    const reader = visitor(site)
    // Another application of this host may have one that is in order.
    reader.jar.set('other-lantern-callback-url', 'https://news.example/')
    reader.jar.set('lantern-callback-url', 'javascript:alert(1)')
    expect((await reader.fetch('/api/auth/csrf')).status).toBe(422)
    expect((await reader.signIn({ email: 'cookie@example.com' })).status).toBe(200)
  })
})

describe('the forms of the sign-in, without script', () => {
  it.each([
    ['/中', '/%E4%B8%AD'],
    ['/choice?q=a b', '/choice?q=a%20b'],
    [`/${'a'.repeat(6000)}`, '/choice'],
  ])('lead on to a path that no header could hold, %.10s', async (next, location) => {
    const answer = await visitor(site).fetch('/api/sign-in/demo', {
      method: 'POST',
      headers: { origin: site.origin, accept: 'text/html' },
      body: new URLSearchParams({ kind: 'email', value: 'far@example.com', next }),
    })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(location)
  })
})
