import { beforeEach, describe, expect, it } from 'vitest'
import { fixRequest, rejectedMethodHeader } from '#lib/http/incoming-requests.ts'
import { becomeSite } from '../../support/server-env.ts'

beforeEach(() => {
  becomeSite({ PORT: '3123' })
})

function prepared(method: string, url: string, headers: Record<string, string> = {}) {
  const request = { method, url, headers: { ...headers } as Record<string, string | undefined> }
  fixRequest(request)
  return request
}
const passed = (method: string, url: string) => ({ method, url, headers: {} })
const refused = (method: string, url: string) => ({
  method: 'GET',
  url,
  headers: { [rejectedMethodHeader]: method },
})

describe('a request that Next gets', () => {
  it.each([
    '/',
    '/choice?next=/',
    '/articles/x.css',
    '/api/identity',
    '/sandbox/x',
    '/_next/static/x',
    '/%41',
  ])('is unchanged as a view of %s', (url) => {
    for (const method of ['GET', 'HEAD']) expect(prepared(method, url)).toEqual(passed(method, url))
  })

  it.each(['/api/choice', '/api/x', '/sandbox/x', '/sandbox/operator/v2/token/generate?a=%'])(
    'is unchanged when sent to a route handler: %s',
    (url) => {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
        expect(prepared(method, url)).toEqual(passed(method, url))
    },
  )

  it.each([
    '/',
    '/choice',
    '/articles/x.css',
    '/_next/static/x.js',
    '/api',
    '/sandbox',
    '/apix/y',
    '/API/choice',
    '/api/../choice',
    '/api/%2e%2E/choice',
    '/x/..//api/choice',
    '//api/choice',
    '/__nextjs_x',
  ])('becomes a view to be refused when sent to anything else: %s', (url) => {
    for (const method of ['POST', 'PUT', 'OPTIONS', 'PROPFIND'])
      expect(prepared(method, url)).toEqual(refused(method, url))
  })

  it('becomes a view to be refused when no route handler can have its method', () => {
    for (const method of ['TRACE', 'TRACK', 'CONNECT', 'PROPFIND', 'M-SEARCH'])
      expect(prepared(method, '/api/choice')).toEqual(refused(method, '/api/choice'))
  })

  it.each([
    '*',
    'http://evil.example/',
    'https://localhost:3123/',
    'http://localhost:3124/x',
    'x',
    '',
    '/%',
    '/api/%ff',
  ])('becomes a view of an invalid path when its target is not ours: %s', (url) => {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS'])
      expect(prepared(method, url)).toEqual(refused(method, '/%'))
  })

  it('has the path of a whole URL of ours', () => {
    expect(prepared('GET', 'http://localhost:3123/choice?a=b')).toEqual(passed('GET', '/choice?a=b'))
    expect(prepared('POST', 'http://127.0.0.1:3123/api/choice')).toEqual(passed('POST', '/api/choice'))
  })
})

describe('headers that Next would act on, or fail on', () => {
  it.each([
    [rejectedMethodHeader, 'POST'],
    ['next-action', 'f'.repeat(42)],
    ['range', 'bytes=9-1'],
    ['if-match', '"x"'],
    ['if-unmodified-since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ['content-security-policy', "script-src 'nonce-<x>'"],
    ['content-security-policy-report-only', "script-src 'nonce-<x>'"],
    ['next-router-prefetch', '2'],
    ['next-router-state-tree', 'x'],
    ['next-router-state-tree', '%'],
    ['next-router-state-tree', '%5B%22%22%5D'],
  ])('are dropped: %s: %s', (name, value) => {
    for (const url of ['/', '/api/choice'])
      expect(prepared('GET', url, { [name]: value, accept: '*/*' }).headers).toEqual({ accept: '*/*' })
  })

  it('are kept in the form of Next’s own router', () => {
    const tree = encodeURIComponent('["",{"children":["__PAGE__",{},null,"refetch"]},null,null,1]')
    const headers = { 'next-router-prefetch': '1', 'next-router-state-tree': tree }
    expect(prepared('GET', '/', headers).headers).toEqual(headers)
  })
})
