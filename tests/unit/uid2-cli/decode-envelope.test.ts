import { createCipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  envelopes,
  generateReplies,
  identity,
  operatorRefreshOptout,
  operatorRequest,
  refreshReplies,
  request,
} from '../../conformance/vectors-wire.ts'
import { cli } from './cli.ts'

const asClient = { UID2_CLIENT_SECRET: request.secret }
const now = () => request.now

interface Part {
  name: string
  from: number
  to: number
  hex?: string
  unixMs?: number
  json?: unknown
}

async function decode(body: string, setting: Parameters<typeof cli>[1] = {}, ...line: string[]) {
  const { code, json } = await cli(['decode-envelope', body, '--json', ...line], { now, ...setting })
  const parts = json.parts as Part[]
  const part = (name: string) => parts.find((it) => it.name === name)
  return { code, json, parts, part, notes: json.notes as string[] }
}

const ranges = (parts: Part[]) => parts.map(({ name, from, to }) => `${name} ${from}…${to}`)

describe('a request', () => {
  it.each(envelopes.filter(([json]) => json))('%s is opened and shown with --reveal', async (text, body) => {
    const { code, json, part } = await decode(body, { env: asClient }, '--reveal')
    expect(code).toBe(0)
    expect(json).toMatchObject({ kind: 'request', opened: true, notes: [] })
    expect(part('iv')?.hex).toBe(request.iv)
    expect(part('time')?.unixMs).toBe(request.now)
    expect(part('nonce')?.hex).toBe(request.nonce)
    expect(part('json')?.json).toEqual(JSON.parse(text))
  })

  it('has parts whose offsets add up to the whole', async () => {
    const [text, body] = envelopes[0] ?? ['', '']
    const { parts } = await decode(body, { env: asClient })
    const end = 29 + text.length
    expect(ranges(parts)).toEqual([
      'version 0…1',
      'iv 1…13',
      'time 13…21',
      'nonce 21…29',
      `json 29…${end}`,
      `tag ${end}…${end + 16}`,
    ])
    expect(Buffer.from(body, 'base64')).toHaveLength(end + 16)
  })

  it('without JSON, as in requests for keys, is valid', async () => {
    const { code, part } = await decode(envelopes.find(([json]) => json === '')?.[1] ?? '', { env: asClient })
    expect(code).toBe(0)
    expect(part('json')).toEqual({ name: 'json', from: 29, to: 29 })
  })

  it('of the operator’s own test is opened, and reported as too old', async () => {
    const env = { UID2_CLIENT_SECRET: operatorRequest.secret }
    const { code, part, notes } = await decode(operatorRequest.envelope, { env, now: Date.now }, '--reveal')
    expect(code).toBe(0)
    expect(part('json')?.json).toMatchObject({ email_hash: operatorRequest.emailHash })
    expect(notes.join()).toContain('refuse it now')
  })

  it('shows no address without --reveal', async () => {
    const [, body] = envelopes[0] ?? ['', '']
    const { part } = await decode(body, { env: asClient })
    expect(part('json')?.json).toEqual({ email: '‹16 characters, with an @›' })
    const { out } = await cli(['decode-envelope', body], { env: asClient, now })
    expect(out).not.toContain('test@example.com')
    expect(out).toContain('2022-11-08T05:33:17.644Z (now)')
  })

  it('that is sealed shows its IV, its tag and the length of its JSON', async () => {
    const [text, body] = envelopes[0] ?? ['', '']
    const { code, json, part, notes } = await decode(body)
    expect(code).toBe(0)
    expect(json).toMatchObject({ kind: 'request', opened: false })
    expect(part('json')).toEqual({ name: 'json', from: 29, to: 29 + text.length })
    expect(notes.join()).toContain('UID2_CLIENT_SECRET')
  })

  it('that our secret does not open is a negative result', async () => {
    const env = { UID2_CLIENT_SECRET: Buffer.alloc(32, 1).toString('base64') }
    const { code, notes } = await decode(envelopes[0]?.[1] ?? '', { env })
    expect(code).toBe(1)
    expect(notes.join()).toContain('does not open it')
  })
})

describe('a number where a person belongs', () => {
  it('is masked, because operators read it like a text', async () => {
    const { secret } = request
    const json = '{"phone":12345678901,"email":[17],"policy":1}'
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(secret, 'base64'), Buffer.alloc(12))
    const sealed = Buffer.concat([cipher.update(`${'\0'.repeat(16)}${json}`), cipher.final()])
    const body = Buffer.concat([Buffer.of(1), Buffer.alloc(12), sealed, cipher.getAuthTag()]).toString(
      'base64',
    )
    const { part } = await decode(body, { env: asClient })
    expect(part('json')?.json).toEqual({ phone: '‹a number›', email: ['‹a number›'], policy: 1 })
  })
})

describe('a request of another version', () => {
  it('is opened, with a note about its first byte', async () => {
    const bytes = Buffer.from(envelopes[0]?.[1] ?? '', 'base64')
    bytes[0] = 2
    const { json, notes } = await decode(bytes.toString('base64'), { env: asClient })
    expect(json).toMatchObject({ kind: 'request', opened: true })
    expect(notes.join()).toContain('must be 1')
  })

  it('is not described as beginning with 1 only because --kind says so', async () => {
    const { json, notes } = await decode(refreshReplies.optout, { env: asClient }, '--kind', 'request')
    expect(json).toMatchObject({ kind: 'request', opened: false })
    expect(notes.join()).not.toContain('The first byte is 1')
    expect(notes.join()).toContain('must be 1')
  })
})

describe('a response', () => {
  it.each(Object.entries(generateReplies))('%s is opened', async (status, body) => {
    const { code, json, parts, part } = await decode(body, { env: asClient })
    expect(code).toBe(0)
    expect(json).toMatchObject({ kind: 'response', opened: true })
    expect(ranges(parts).slice(0, 3)).toEqual(['iv 0…12', 'time 12…20', 'nonce 20…28'])
    expect(part('time')?.unixMs).toBe(1667885597700)
    expect(part('nonce')?.hex).toBe(request.nonce)
    expect(part('json')?.json).toMatchObject({ status })
  })

  it('shows times but no token without --reveal', async () => {
    const { part } = await decode(generateReplies.success, { env: asClient })
    expect(part('json')?.json).toMatchObject({
      body: {
        identity_expires: identity.identity_expires,
        advertising_token: '‹2 characters›',
        refresh_response_key: '‹44 characters: base64 of 32 bytes›',
      },
    })
    const revealed = await decode(generateReplies.success, { env: asClient }, '--reveal')
    expect(revealed.part('json')?.json).toEqual({ status: 'success', body: identity })
  })

  it('that happens to begin with the byte 1 is distinguished from a request by opening it', async () => {
    const iv = Buffer.from([1, ...Buffer.alloc(11, 9)])
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(request.secret, 'base64'), iv)
    const sealed = Buffer.concat([cipher.update(`${'\0'.repeat(16)}{"status":"optout"}`), cipher.final()])
    const body = Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64')
    expect((await decode(body, { env: asClient })).json).toMatchObject({ kind: 'response', opened: true })
  })
})

describe('a response to a refresh', () => {
  const env = { REFRESH_RESPONSE_KEY: identity.refresh_response_key }

  it.each(Object.entries(refreshReplies))('%s is opened', async (status, body) => {
    const { code, json, parts, part } = await decode(body, { env })
    expect(code).toBe(0)
    expect(json).toMatchObject({ kind: 'refresh', opened: true })
    expect(ranges(parts).slice(0, 2)).toEqual([
      'iv 0…12',
      `json 12…${Buffer.from(body, 'base64').length - 16}`,
    ])
    expect(part('json')?.json).toMatchObject({ status })
  })

  it('of a real operator is opened', async () => {
    const { part } = await decode(operatorRefreshOptout.reply, {
      env: { REFRESH_RESPONSE_KEY: operatorRefreshOptout.key },
    })
    expect(part('json')?.json).toEqual({ status: 'optout' })
  })

  it('is shown as what --kind says', async () => {
    const { json } = await decode(refreshReplies.success, {}, '--kind', 'refresh')
    expect(json).toMatchObject({ kind: 'refresh', opened: false })
    // UID2_CLIENT_SECRET never opens such a response, so no note blames it.
    const { notes } = await decode(refreshReplies.success, { env: asClient }, '--kind', 'refresh')
    expect(notes.join()).not.toContain('does not open')
  })
})

describe('input that is not an envelope is reported', () => {
  it.each([
    ['{"email":"user@example.com"}', 'This is JSON'],
    ['not base64!', 'not base64'],
    ['AAAA', 'Too short'],
  ])('%s', async (body, note) => {
    const { code, json, notes } = await decode(body)
    expect([code, json.kind]).toEqual([1, null])
    expect(notes.join()).toContain(note)
  })

  it('an alphabet that operators refuse is reported, though it is decoded here', async () => {
    const body = (envelopes[0]?.[1] ?? '').replaceAll('+', '-').replaceAll('/', '_')
    const { json, notes } = await decode(body, { env: asClient })
    expect(json).toMatchObject({ opened: true })
    expect(notes.join()).toContain('URL-safe')
    const broken = await decode(
      `${(envelopes[0]?.[1] ?? '').slice(0, 40)}\n${(envelopes[0]?.[1] ?? '').slice(40)}`,
    )
    expect(broken.notes.join()).toContain('whitespace')
  })

  it('a key of the wrong length and an unknown kind are wrong usage', async () => {
    const body = envelopes[0]?.[1] ?? ''
    expect((await cli(['decode-envelope', body], { env: { UID2_CLIENT_SECRET: 'AAAA' } })).code).toBe(2)
    expect((await cli(['decode-envelope', body, '--kind', 'letter'])).code).toBe(2)
    expect((await cli(['decode-envelope'])).code).toBe(2)
  })
})
