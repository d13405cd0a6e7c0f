import { describe, expect, it } from 'vitest'
import type { Uid2Client } from '#lib/uid2/index.ts'
import { encrypt, fromHex, toBase64, utf8 } from './bytes.ts'
import {
  identity,
  operator,
  plain,
  rejection,
  responseKey,
  type Seen,
  sealed,
  sealedRefresh,
} from './operator.ts'

const email = { email: 'reader@example.com' }
const calls: [string, (client: Uid2Client) => Promise<unknown>][] = [
  ['generate', (client) => client.generateToken(email)],
  ['refresh', (client) => client.refreshToken(identity)],
  ['validate', (client) => client.validateToken('AT', email)],
]

describe('outcomes', () => {
  it('generate yields an identity with all its fields, unknown ones too', async () => {
    const later = { ...identity, from_the_future: true }
    const { client } = operator(sealed({ status: 'success', body: later }))
    expect(await client.generateToken(email)).toEqual({
      status: 'success',
      identity: later,
      identityJson: JSON.stringify(later),
    })
  })

  it.each(['optout', 'insufficient_user_consent'])(
    'generate yields %s, a 200 without a body (U3, U9)',
    async (status) => {
      const { client } = operator(sealed({ status }))
      expect(await client.generateToken(email)).toEqual({ status })
    },
  )

  it('generate yields insufficient_user_consent for a consent string that EUID cannot read (U9)', async () => {
    const { client } = operator(plain(400, { status: 'client_error', message: 'User consent is invalid' }))
    expect(await client.generateToken(email, { tcfConsentString: 'BO' })).toEqual({
      status: 'insufficient_user_consent',
    })
  })

  it('refresh yields a new identity', async () => {
    const next = { ...identity, refresh_token: 'next' }
    const { client } = operator(sealedRefresh({ status: 'success', body: next }))
    expect(await client.refreshToken(identity)).toEqual({
      status: 'success',
      identity: next,
      identityJson: JSON.stringify(next),
    })
  })

  it('a line end added by a gateway is ignored', async () => {
    const { client } = operator(async () => {
      const reply = await encrypt(responseKey, utf8('{"status":"optout"}'))
      return new Response(`${toBase64(reply)}\r\n`)
    })
    expect(await client.refreshToken(identity)).toEqual({ status: 'optout' })
  })

  it('refresh yields optout (U3)', async () => {
    const { client } = operator(sealedRefresh({ status: 'optout' }))
    expect(await client.refreshToken(identity)).toEqual({ status: 'optout' })
  })

  it.each(['expired_token', 'invalid_token'])('refresh yields %s (U2)', async (status) => {
    const { client } = operator(plain(400, { status, message: 'no' }))
    expect(await client.refreshToken(identity)).toEqual({ status })
  })

  it.each([
    'Invalid body: Body is not valid base64.',
    'Invalid key: Generator of this token (Key ID: 7) does not exist.',
    'Invalid data: Check encryption method and encryption key.',
    'Invalid format: Payload is not valid json or missing required data.',
  ])('refresh yields invalid_token for a token that the operator cannot read: %s (U2)', async (message) => {
    const { client } = operator(plain(400, { status: 'client_error', message }))
    expect(await client.refreshToken(identity)).toEqual({ status: 'invalid_token' })
  })

  it.each([true, false])('validate yields %s', async (body) => {
    const { client } = operator(sealed({ status: 'success', body }))
    expect(await client.validateToken('AT', email)).toBe(body)
  })
})

describe('refusals', () => {
  const table: [status: number, body: unknown, code: string, transient: boolean][] = [
    [
      400,
      { status: 'client_error', message: 'Invalid body: Check encryption key (ClientSecret).' },
      'client_error',
      false,
    ],
    [
      400,
      { status: 'client_error', message: 'Invalid timestamp: Request too old or client time drift.' },
      'clock_skew',
      false,
    ],
    [400, 'no JSON at all', 'client_error', false],
    [400, 'null', 'client_error', false],
    [401, { status: 'unauthorized' }, 'unauthorized', false],
    [403, '<html>', 'client_error', false],
    [404, '<html>', 'client_error', false],
    [408, '', 'network', true],
    [413, 'Request Entity Too Large', 'client_error', false],
    [429, '', 'rate_limited', true],
    [500, { status: 'unknown', message: 'No active encryption key available' }, 'server_error', true],
    [502, '<html>', 'server_error', true],
    [503, '', 'server_error', true],
    [204, '', 'bad_response', true],
    [200, '', 'bad_response', true],
    [200, '<html>captive portal</html>', 'bad_response', true],
    [200, { status: 'success', body: {} }, 'bad_response', true],
    [200, 'A'.repeat(36), 'bad_response', true],
    [200, 'A'.repeat(200), 'undecryptable', true],
    [500, { status: 'unknown', message: 'Invalid timestamp' }, 'server_error', true],
    [300, '', 'redirected', false],
    [301, '', 'redirected', false],
    [307, '', 'redirected', false],
  ]
  describe.each(calls)('%s', (_, call) => {
    it.each(table)('HTTP %i %j → %s, transient %s (U2)', async (status, body, code, transient) => {
      const { client, seen } = operator(
        plain(status, body, status >= 300 && status < 400 ? { Location: '/' } : {}),
      )
      const error = await rejection(call(client))
      expect(error).toMatchObject({ name: 'Uid2Error', code, transient, httpStatus: status })
      expect(seen).toHaveLength(1)
    })
  })

  it('refresh reads the answer to an unknown caller as a refused API key (U2)', async () => {
    const { client } = operator(plain(400, { status: 'error', message: 'Error refreshing token' }))
    expect(await rejection(client.refreshToken(identity))).toMatchObject({
      code: 'unauthorized',
      transient: false,
    })
  })

  it('refresh accepts expired_token only with a 400', async () => {
    const { client } = operator(plain(502, { status: 'expired_token' }))
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code: 'server_error' })
  })

  it('refresh keeps the identity when the response is not from an operator', async () => {
    const { client } = operator(plain(400, { status: 'error_of_a_gateway', message: 'Invalid data: no' }))
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code: 'client_error' })
  })

  it.each(['expired_token', 'invalid_token'])('generate does not accept %s as an outcome', async (status) => {
    const { client } = operator(plain(400, { status }))
    expect(await rejection(client.generateToken(email))).toMatchObject({ code: 'client_error' })
  })

  it('an error quotes the operator’s message in one line of at most 300 characters', async () => {
    const { client } = operator(
      plain(400, { status: 'client_error', message: `a\n\tb\u2028${'c'.repeat(400)}` }),
    )
    expect(await rejection(client.generateToken(email))).toMatchObject({
      operatorStatus: 'client_error',
      operatorMessage: `a b ${'c'.repeat(296)}`,
    })
  })

  it('an error quotes the status in one line of at most 64 characters, sealed or not', async () => {
    const status = `a\n${'b'.repeat(100)}`
    for (const answer of [plain(400, { status }), sealed({ status })]) {
      const error = await rejection(operator(answer).client.generateToken(email))
      expect(error).toMatchObject({ operatorStatus: `a ${'b'.repeat(62)}` })
    }
  })

  it('a status or message that is not text is ignored', async () => {
    const { client } = operator(plain(400, { status: { a: 1 }, message: 5 }))
    const error = await rejection(client.generateToken(email))
    expect(error).not.toHaveProperty('operatorStatus')
    expect(error).not.toHaveProperty('operatorMessage')
  })

  it.each([
    ['7', 7_000],
    [new Date(1_767_225_660_000).toUTCString(), 60_000],
    [new Date(1_767_225_500_000).toUTCString(), 0],
    ['0', 0],
    ['86400000000', 86_400_000_000_000],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['in 5', undefined],
    ['Fri Nov 22 08:49:37 2030', undefined],
  ])('Retry-After is read as seconds or as an HTTP date: %s', async (header, retryAfterMs) => {
    const { client } = operator(plain(429, '', { 'Retry-After': header }), {
      now: () => 1_767_225_600_000,
    })
    const error = await rejection(client.generateToken(email))
    expect((error as { retryAfterMs?: number }).retryAfterMs).toBe(retryAfterMs)
  })
})

describe('sealed answers with an invalid payload', () => {
  const payloads: [string, unknown, string][] = [
    ['an unknown status (U9)', { status: 'quota_exceeded' }, 'unexpected_status'],
    ['no status', {}, 'bad_response'],
    ['null', 'null', 'bad_response'],
    ['nothing', '', 'bad_response'],
    ['no JSON', 'CANARY', 'bad_response'],
    ['a success without a body', { status: 'success' }, 'bad_response'],
    [
      'a success with half an identity',
      { status: 'success', body: { advertising_token: 'AT' } },
      'bad_response',
    ],
    ['bytes that are not UTF-8 (U16)', fromHex('7b22737461747573223a22ff227d'), 'bad_response'],
  ]
  it.each(payloads)('%s, from generate and validate', async (_, payload, code) => {
    const { client } = operator(sealed(payload))
    expect(await rejection(client.generateToken(email))).toMatchObject({ code })
    expect(await rejection(client.validateToken('AT', email))).toMatchObject({ code })
  })

  it.each(payloads)('%s, from refresh', async (_, payload, code) => {
    const { client } = operator(sealedRefresh(payload))
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code })
  })

  it('a well-sealed answer to another request (U16)', async () => {
    let first: Seen | undefined
    const { client } = operator((seen) => {
      first ??= seen
      return sealed({ status: 'optout' })(first)
    })
    expect(await client.generateToken(email)).toEqual({ status: 'optout' })
    expect(await rejection(client.generateToken(email))).toMatchObject({
      code: 'nonce_mismatch',
      transient: true,
    })
  })

  it('a refresh answer sealed with another key', async () => {
    const { client } = operator(sealedRefresh({ status: 'optout' }, new Uint8Array(32)))
    expect(await rejection(client.refreshToken(identity))).toMatchObject({ code: 'undecryptable' })
  })
})
