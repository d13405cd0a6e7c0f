import { NextRequest } from 'next/server'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readBody } from '#lib/http/read-body.ts'
import { signalsSchema } from '#lib/policies/signals.ts'
import { becomeSite } from '../../support/server-env.ts'

const origin = 'http://localhost:3000'
const schema = z.strictObject({
  advertising: z.enum(['granted', 'denied']).optional(),
  signals: signalsSchema.optional(),
})
beforeEach(() => {
  becomeSite()
})

const read = (body: BodyInit | null, headers: Record<string, string> = {}, optional = false) =>
  readBody(
    new NextRequest(`${origin}/api/choice`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json', ...headers },
      ...(body !== null && { body, duplex: 'half' as const }),
    }),
    schema,
    { optional },
  )

async function refusal(answer: ReturnType<typeof read>) {
  const read = await answer
  if (!('refused' in read)) throw new Error('was taken')
  const { status, headers } = read.refused
  expect(headers.get('cache-control')).toBe('private, no-store')
  const { error, message } = (await read.refused.json()) as { error: string; message: string }
  expect(message).toMatch(/^[A-Z].*\.$/)
  return { status, error, message }
}

describe('a documented body', () => {
  it('is accepted, with any parameters of its media type', async () => {
    const body = JSON.stringify({ advertising: 'granted' })
    for (const type of ['application/json', 'Application/JSON; charset=utf-8'])
      expect(await read(body, { 'content-type': type })).toEqual({
        body: { advertising: 'granted' },
        text: expect.any(String),
      })
  })

  it('may be absent only where it is optional', async () => {
    expect(await read(null, { 'content-type': '' }, true)).toEqual({ body: {}, text: expect.any(String) })
    expect(await refusal(read(null))).toMatchObject({ status: 400, error: 'bad_json' })
  })

  it('may contain two consent strings of the longest kind', async () => {
    const longest = 32 * 1024
    const signals = { tcf: 'C'.repeat(longest), gdprApplies: true, gpp: 'D'.repeat(longest), gppSid: [7] }
    expect(await read(JSON.stringify({ signals }))).toEqual({ body: { signals }, text: expect.any(String) })
  })

  it.each([null, [], 'CP', 7, { tcf: 7 }, { usp: '1---' }, { tcf: 'C'.repeat(40_000) }])(
    'has unreadable signals when they are %j (K6d)',
    async (signals) => {
      expect(await read(JSON.stringify({ signals }))).toEqual({
        body: { signals: { unreadable: true } },
        text: expect.any(String),
      })
    },
  )
})

describe('another body', () => {
  it.each<[number, string, string, Record<string, string>]>([
    [403, 'cross_site', '{}', { origin: 'https://evil.example' }],
    [403, 'cross_site', '{}', { 'sec-fetch-site': 'same-site' }],
    [413, 'too_large', `"${'x'.repeat(131_072)}"`, {}],
    [415, 'media_type', '{}', { 'content-type': 'text/plain' }],
    [415, 'media_type', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
    [415, 'media_type', '{}', { 'content-type': 'application/jsonp' }],
    [400, 'bad_json', '{', {}],
    [400, 'bad_json', "{'a':1}", {}],
    [422, 'invalid', '[]', {}],
    [422, 'invalid', 'null', {}],
    [422, 'invalid', '{"advertising":"yes"}', {}],
    [422, 'invalid', '{"email":"canary@example.com"}', {}],
  ])('is %i %s: %j %j', async (status, error, body, headers) => {
    expect(await refusal(read(body, headers))).toMatchObject({ status, error })
  })

  it('with bytes that are not UTF-8 is 400', async () => {
    expect(await refusal(read(new Uint8Array([0x22, 0xff, 0x22])))).toMatchObject({ status: 400 })
  })

  it('that is chunked, without a declared length, is 413', async () => {
    const chunks = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 5; i++) controller.enqueue(new Uint8Array(32 * 1024))
        controller.close()
      },
    })
    expect(await refusal(read(chunks))).toMatchObject({ status: 413, error: 'too_large' })
  })

  it('is named by its field, and not quoted (S5)', async () => {
    const { message } = await refusal(read('{"advertising":"canary"}'))
    expect(message).toBe('Not as documented: advertising.')
    expect((await refusal(read('{"canary@example.com":1}'))).message).not.toContain('canary')
  })
})
