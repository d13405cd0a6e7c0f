import { NextRequest } from 'next/server'
import { beforeEach, describe, expect, it } from 'vitest'
import { rejectedMethodHeader } from '#lib/http/incoming-requests.ts'
import { rejectRequest } from '#lib/http/page-requests.ts'
import { becomeSite } from '../../support/server-env.ts'

const origin = 'http://localhost:3000'
beforeEach(() => {
  becomeSite()
})

const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  rejectRequest(
    new NextRequest(`${origin}${path}`, {
      method,
      headers: { origin, 'sec-fetch-site': 'same-origin', ...headers },
    }),
  )
/** As it comes when it was refused before Next saw it. */
const marked = (method: string, path: string, headers: Record<string, string> = {}) =>
  ask('GET', path, { [rejectedMethodHeader]: method, ...headers })

it('views of pages pass, and what is for a route handler', () => {
  for (const method of ['GET', 'HEAD']) expect(ask(method, '/choice')).toBeNull()
  for (const method of ['GET', 'POST', 'PUT']) expect(ask(method, '/api/identity')).toBeNull()
})

describe('to a page', () => {
  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])('405: %s', (method) => {
    const refused = marked(method, '/choice')
    expect(refused?.status).toBe(405)
    expect(refused?.headers.get('allow')).toBe('GET, HEAD')
  })

  it('403: from elsewhere', () => {
    expect(marked('POST', '/choice', { origin: 'null' })?.status).toBe(403)
    expect(marked('POST', '/choice', { 'sec-fetch-site': 'cross-site' })?.status).toBe(403)
  })

  it('413: more than 64 kB', () => {
    expect(marked('POST', '/choice', { 'content-length': '65537' })?.status).toBe(413)
  })

  it('400: any other, because pages take no forms', () => {
    expect(marked('POST', '/choice')?.status).toBe(400)
    expect(marked('POST', '/choice', { 'content-length': '65536' })?.status).toBe(400)
  })

  it('the same where nothing has marked it before', () => {
    expect(ask('POST', '/choice')?.status).toBe(400)
    expect(ask('PUT', '/choice')?.status).toBe(405)
  })
})

it('400: a path that cannot be read, whatever the method', () => {
  for (const method of ['GET', 'POST', 'TRACE']) expect(marked(method, '/%')?.status).toBe(400)
})

it('405: what no route handler can be given, though it is for one', () => {
  expect(marked('TRACE', '/api/choice')?.status).toBe(405)
})

it('each in one sentence, which no cache keeps', async () => {
  for (const refused of [marked('PUT', '/'), marked('POST', '/'), marked('GET', '/%')]) {
    expect(await refused?.text()).toMatch(/^[A-Z][^\n]+\.\n$/)
    expect(refused?.headers.get('cache-control')).toBe('private, no-store')
  }
})
