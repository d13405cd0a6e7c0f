import { NextRequest } from 'next/server'
import { beforeEach, describe, expect, it } from 'vitest'
import { refusePageRequest } from '#lib/identity/page-requests.ts'
import { becomeSite } from '../../support/server-env.ts'

const origin = 'http://localhost:3000'
beforeEach(() => {
  becomeSite()
})

type Init = ConstructorParameters<typeof NextRequest>[1]

const ask = (init: Init & { duplex?: 'half' }) =>
  refusePageRequest(
    new NextRequest(`${origin}/choice`, {
      ...init,
      headers: { origin, 'sec-fetch-site': 'same-origin', ...(init?.headers as Record<string, string>) },
    }),
  )
const post = (body: BodyInit, headers: Record<string, string> = {}) =>
  ask({ method: 'POST', body, headers, duplex: 'half' })

const form = () => {
  const data = new FormData()
  data.append('$ACTION_ID_abc', '')
  data.append('advertising', 'granted')
  return data
}
const chunked = (size: number) =>
  new ReadableStream({
    start(controller) {
      for (let sent = 0; sent < size; sent += 8192) controller.enqueue(new Uint8Array(8192))
      controller.close()
    },
  })

describe('a form of this site passes', () => {
  it('as it is sent without script, and with', async () => {
    expect(await post(form())).toBeNull()
    const scripted = new FormData()
    scripted.append('1_advertising', 'granted')
    scripted.append('0', '["$K1"]')
    expect(await post(scripted, { 'next-action': 'abc' })).toBeNull()
  })

  it.each(['1', 'null', '[[[', '["$F9"]', '["$K1"'])('but not with the argument list %s', async (list) => {
    const scripted = new FormData()
    scripted.append('0', list)
    expect((await post(scripted, { 'next-action': 'abc' }))?.status).toBe(400)
  })

  it('and its body is still there for the action', async () => {
    const request = new NextRequest(`${origin}/choice`, { method: 'POST', body: form(), headers: { origin } })
    expect(await refusePageRequest(request)).toBeNull()
    expect((await request.formData()).get('advertising')).toBe('granted')
  })
})

describe('what Next would answer with 500 is refused before', () => {
  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])('405: %s', async (method) => {
    const refused = await ask({ method })
    expect(refused?.status).toBe(405)
    expect(refused?.headers.get('allow')).toBe('GET, HEAD, POST')
  })

  it('403: from elsewhere, before the body is read', async () => {
    expect((await post(chunked(200_000), { origin: 'null' }))?.status).toBe(403)
    expect((await post(form(), { 'sec-fetch-site': 'cross-site' }))?.status).toBe(403)
  })

  it('413: longer than 64 kB, declared or chunked', async () => {
    expect((await post('x'.repeat(65_537)))?.status).toBe(413)
    expect((await post(chunked(80_000)))?.status).toBe(413)
    expect((await post('x', { 'content-length': '65537' }))?.status).toBe(413)
  })

  it.each<[string, BodyInit, Record<string, string>]>([
    ['a multipart without boundary', 'x', { 'content-type': 'multipart/form-data' }],
    [
      'a multipart with another boundary',
      '--a\r\n\r\nx',
      { 'content-type': 'multipart/form-data; boundary=b' },
    ],
    [
      'a multipart that breaks off',
      '--b\r\nContent-Disp',
      { 'content-type': 'multipart/form-data; boundary=b' },
    ],
    ['a form of another site', new URLSearchParams({ advertising: 'granted' }), {}],
    ['an argument list that is no form', '[1]', { 'content-type': 'text/plain', 'next-action': 'a' }],
    ['JSON', '{}', { 'content-type': 'application/json' }],
    ['text without an action', '[]', { 'content-type': 'text/plain' }],
    ['an action that is not JSON', '[', { 'content-type': 'text/plain', 'next-action': 'a' }],
    ['bytes', new Uint8Array([255, 254]), { 'content-type': 'text/plain', 'next-action': 'a' }],
    ['nothing', '', {}],
  ])('400: %s', async (_, body, headers) => {
    expect((await post(body, headers))?.status).toBe(400)
  })

  it('each in one sentence, which no cache keeps', async () => {
    for (const refused of [await ask({ method: 'PUT' }), await post('{}')]) {
      expect(await refused?.text()).toMatch(/^[A-Z][^\n]+\.\n$/)
      expect(refused?.headers.get('cache-control')).toBe('private, no-store')
    }
  })
})
