import { NextRequest } from 'next/server'
import { beforeEach, describe, expect, it } from 'vitest'
import { rejectedMethodHeader } from '#lib/http/incoming-requests.ts'
import { rejectRequest } from '#lib/http/page-requests.ts'
import { becomeSite } from '../../support/server-env.ts'

const origin = 'http://localhost:3000'
beforeEach(() => {
  becomeSite()
})

const answerTo = (method: string, path: string, headers: Record<string, string> = {}) =>
  rejectRequest(
    new NextRequest(`${origin}${path}`, {
      method,
      headers: { origin, 'sec-fetch-site': 'same-origin', ...headers },
    }),
  )
/** A request that was rejected before Next got it. */
const marked = (method: string, path: string, headers: Record<string, string> = {}) =>
  answerTo('GET', path, { [rejectedMethodHeader]: method, ...headers })

it('views of pages, and requests to route handlers, pass', () => {
  for (const method of ['GET', 'HEAD']) expect(answerTo(method, '/choice')).toBeNull()
  for (const method of ['GET', 'POST', 'PUT']) expect(answerTo(method, '/api/identity')).toBeNull()
})

describe('a request to a page', () => {
  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'])('with %s is answered 405', (method) => {
    const refused = marked(method, '/choice')
    expect(refused?.status).toBe(405)
    expect(refused?.headers.get('allow')).toBe('GET, HEAD')
  })

  it('from another site is answered 403', () => {
    expect(marked('POST', '/choice', { origin: 'null' })?.status).toBe(403)
    expect(marked('POST', '/choice', { 'sec-fetch-site': 'cross-site' })?.status).toBe(403)
  })

  it('of more than 64 kB is answered 413', () => {
    expect(marked('POST', '/choice', { 'content-length': '65537' })?.status).toBe(413)
  })

  it('is answered 400 otherwise, because pages take no forms', () => {
    expect(marked('POST', '/choice')?.status).toBe(400)
    expect(marked('POST', '/choice', { 'content-length': '65536' })?.status).toBe(400)
  })

  it('is answered the same where it was not marked before', () => {
    expect(answerTo('POST', '/choice')?.status).toBe(400)
    expect(answerTo('PUT', '/choice')?.status).toBe(405)
  })
})

it('a path that cannot be read is answered 400, with any method', () => {
  for (const method of ['GET', 'POST', 'TRACE']) expect(marked(method, '/%')?.status).toBe(400)
})

it('a method that no route handler can have is answered 405', () => {
  expect(marked('TRACE', '/api/choice')?.status).toBe(405)
})

it('each refusal is one sentence, which no cache keeps', async () => {
  for (const refused of [marked('PUT', '/'), marked('POST', '/'), marked('GET', '/%')]) {
    expect(await refused?.text()).toMatch(/^[A-Z][^\n]+\.\n$/)
    expect(refused?.headers.get('cache-control')).toBe('private, no-store')
  }
})
