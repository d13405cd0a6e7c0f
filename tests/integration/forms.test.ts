import { describe, expect, it } from 'vitest'
import { choiceForm, sendForm } from '../support/forms.ts'
import { staticPage } from '../support/publication.ts'
import { raw } from '../support/raw.ts'
import { cookieOf, newEmail, sameOrigin, signedIn, visitor, withToken } from '../support/reader.ts'
import { sandboxSite } from '../support/shared-site.ts'

const site = await sandboxSite()
const own = sameOrigin(site)
const urlencoded = 'application/x-www-form-urlencoded'

describe('a form of the account pages', () => {
  it('without script sets the cookie and leads on, in an answer that no cache keeps (N1)', async () => {
    const reader = await signedIn(site)
    const form = await choiceForm(reader, 'granted')
    form.fields.set('next', staticPage)
    const { status, headers } = await sendForm(reader, form, own)
    expect([status, headers.get('location')]).toEqual([303, staticPage])
    expect(headers.getSetCookie().join()).toContain('uid2=Fe26.2')
    expect(headers.get('cache-control')).toContain('no-store')
    expect(await reader.identity()).toMatchObject({ status: 'available' })
    form.fields.set('next', '//elsewhere.example')
    expect((await sendForm(reader, form, own)).headers.get('location')).toBe('/choice')
  })

  it('names nothing that another build would not know: an address below /api, and fields with names (N24)', async () => {
    const reader = await withToken(site)
    const pages = ['/choice', '/privacy', '/sign-in'].map(async (path) => [
      ...(await (await reader.fetch(path)).text()).matchAll(/<form[\s\S]*?<\/form>/g),
    ])
    const forms = await Promise.all(pages)
    expect(forms.map(({ length }) => length)).toEqual([1, 3, 1])
    for (const [form] of forms.flat()) {
      expect(form).toMatch(/^<form [^>]*action="\/api\/forms\/(choice|delete-records|sign-out)"/)
      expect(form).not.toMatch(/\$ACTION|enctype|[0-9a-f]{40}/i)
    }
  })

  it('is taken whatever the Host is, when it comes from the origin of NEXTAUTH_URL (N24)', async () => {
    const reader = await signedIn(site)
    const headers = {
      ...own,
      host: 'upstream:8080',
      accept: 'text/html',
      cookie: cookieOf(reader),
      'content-type': urlencoded,
    }
    const body = 'advertising=denied&next=%2Fprivacy'
    const answer = await raw(site, '/api/forms/choice', { method: 'POST', headers, body })
    expect(answer).toMatchObject({ status: 303, headers: { location: '/privacy' } })
    expect(await reader.identity()).toMatchObject({ status: 'denied' })
  })

  it('is answered with JSON where a script sends it, also as multipart', async () => {
    const reader = await signedIn(site)
    const { action, fields } = await choiceForm(reader, 'granted')
    const body = new FormData()
    for (const [name, value] of fields) body.append(name, value)
    body.append('a file', new Blob(['x']), 'x.txt')
    const answer = await reader.fetch(action, { method: 'POST', body, headers: own })
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect([answer.status, await answer.json()]).toEqual([200, { url: '/choice' }])
    expect(await reader.identity()).toMatchObject({ status: 'available' })
    const signOut = await reader.post('/api/forms/sign-out', 'x=y', { 'content-type': urlencoded })
    expect([signOut.status, await signOut.json()]).toEqual([200, { url: '/' }])
    expect(reader.jar.size).toBe(0)
  })

  it('leads a reader who is signed out to the sign-in', async () => {
    const send = async (name: string, fields: Record<string, string>) => {
      const form = { action: `/api/forms/${name}`, fields: new URLSearchParams(fields) }
      const { status, headers } = await sendForm(visitor(site), form, own)
      return [status, headers.get('location')]
    }
    expect(await send('choice', { advertising: 'denied' })).toEqual([303, '/sign-in?next=/choice'])
    expect(await send('delete-records', {})).toEqual([303, '/sign-in?next=/privacy'])
    expect(await send('sign-out', {})).toEqual([303, '/'])
  })

  it.each([
    [400, 'bad_form', 'choice', 'multipart/form-data; boundary=b', '--b\r\nContent-Disp'],
    [404, 'not_found', 'constructor', urlencoded, ''],
    [413, 'too_large', 'choice', urlencoded, 'x'.repeat(140_000)],
    [415, 'media_type', 'choice', 'application/json', '{"advertising":"granted"}'],
    [422, 'invalid', 'choice', urlencoded, 'advertising=perhaps'],
  ])('is refused with %i %s in JSON and as a page, and changes nothing (%s, %s)', async (...row) => {
    const [status, error, name, type, body] = row
    const reader = await withToken(site)
    const send = (accept: string) => reader.post(`/api/forms/${name}`, body, { 'content-type': type, accept })
    const answer = await send('*/*')
    expect([answer.status, await answer.json()]).toEqual([status, { error, message: expect.any(String) }])
    const page = await send('text/html')
    expect([page.status, page.headers.get('cache-control')]).toEqual([status, 'private, no-store'])
    expect(await page.text()).toContain('<h1>That did not work</h1>')
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })
})

it('a form of the sign-in leads on to a path that no header could hold', async () => {
  for (const [next, location] of [
    ['/中', '/%E4%B8%AD'],
    [`/${'a'.repeat(6000)}`, '/choice'],
  ] as const) {
    const body = new URLSearchParams({ kind: 'email', value: newEmail(), next })
    const headers = { origin: site.origin, accept: 'text/html' }
    const answer = await visitor(site).fetch('/api/sign-in/demo', { method: 'POST', headers, body })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, location])
  }
})
