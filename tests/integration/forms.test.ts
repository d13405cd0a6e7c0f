import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { choiceForm } from '../support/forms.ts'
import { type TestOperator, testOperator } from '../support/operator.ts'
import { type Visitor, visitor } from '../support/reader.ts'
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
  form.set('next', next)
  return reader.fetch('/choice', {
    method: 'POST',
    body: form,
    headers: { origin: site.origin, 'sec-fetch-site': 'same-origin' },
  })
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
