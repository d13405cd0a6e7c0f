import { createCipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encodeRefreshToken } from '#lib/sandbox/operator/refresh-token.ts'
import { asDsp, bearer, gcmOpen, generate, operatorAt, post, read, refresh, T0 } from './client.ts'
import { genuine, refreshVector } from './vectors.ts'

describe('token/refresh', () => {
  it('renews everything but the time at which the identity was established', async () => {
    const { operator, clock } = operatorAt()
    const first = await generate(operator, { email: 'user@example.com' })
    clock.now += 1_000_000
    const { status, body: second } = await refresh(operator, first)
    expect(status).toBe('success')
    expect(second?.identity_expires).toBe(first.identity_expires + 1_000_000)
    expect(second?.refresh_token).not.toBe(first.refresh_token)
    expect(second?.refresh_response_key).not.toBe(first.refresh_response_key)
    // The old token stays valid.
    expect((await refresh(operator, first)).status).toBe('success')
    if (second) expect((await refresh(operator, second)).status).toBe('success')
  })

  it.each([
    { email: 'refresh-optout@example.com' },
    { email_hash: 'NaNI8RU0bL1Jpp1jJLC5aJO/lchc6gGhgXQIAwJ7cV4=' },
    { phone: '+00000000002' },
  ])('answers with a sealed optout for an identity that opted out since: %o', async (payload) => {
    for (const scope of ['uid2', 'euid'] as const) {
      const { operator } = operatorAt(scope)
      expect(await refresh(operator, await generate(operator, payload))).toEqual({ status: 'optout' })
    }
  })

  it('answers raw bytes to a binary request', async () => {
    const { operator } = operatorAt()
    const identity = await generate(operator, { email: 'a@b.c' })
    const headers = { 'content-type': 'application/octet-stream' }
    const reply = await operator.handle(post('/v2/token/refresh', identity.refresh_token, headers))
    expect(reply.headers['content-type']).toBe('application/octet-stream')
    const json = gcmOpen(identity.refresh_response_key, Buffer.from(reply.body as Uint8Array))
    expect(JSON.parse(json.toString()).status).toBe('success')
  })

  const claims = {
    scope: 'uid2' as const,
    type: 'email' as const,
    siteId: 124,
    establishedAt: T0,
    createdAt: T0,
    expiresAt: T0,
    flh: Buffer.alloc(32),
  }
  const unknownKey = Buffer.alloc(291)
  unknownKey.writeInt32BE(77, 1)
  const undecryptable = Buffer.alloc(291)
  undecryptable.writeInt32BE(102, 1)

  function sealedWithRefreshKey(json: string): string {
    const secret = 'RgyxkP4yP1gYhCINq7O9PxM6jX+etPqSQluZxjB1aG8='
    const iv = Buffer.alloc(12, 7)
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(secret, 'base64'), iv)
    const sealed = Buffer.concat([cipher.update(json), cipher.final(), cipher.getAuthTag()])
    return Buffer.concat([Buffer.of(0, 0, 0, 0, 102), iv, sealed]).toString('base64')
  }

  const rows: [name: string, token: string, withKey: [string, string], without: [string, string] | 'same'][] =
    [
      ['empty', '', ['invalid_token', 'Invalid Token presented'], ['error', 'Error refreshing token']],
      ['short', 'abc', ['invalid_token', 'Invalid Token presented'], ['error', 'Error refreshing token']],
      [
        'of the other scope',
        encodeRefreshToken({ ...claims, scope: 'euid' }).token,
        ['invalid_token', 'Invalid Token presented'],
        ['error', 'Error refreshing token'],
      ],
      [
        'expired',
        encodeRefreshToken({ ...claims, expiresAt: T0 - 1 }).token,
        ['expired_token', 'Expired Token presented'],
        ['error', 'Error refreshing token'],
      ],
      ['not base64', '-'.repeat(388), ['client_error', 'Invalid body: Body is not valid base64.'], 'same'],
      [
        'of an unknown key',
        unknownKey.toString('base64'),
        ['client_error', 'Invalid key: Generator of this token (Key ID: 77) does not exist.'],
        'same',
      ],
      [
        'corrupted',
        undecryptable.toString('base64'),
        ['client_error', 'Invalid data: Check encryption method and encryption key.'],
        'same',
      ],
      [
        'sealed around something else',
        sealedWithRefreshKey('x'.repeat(258)),
        ['client_error', 'Invalid format: Payload is not valid json or missing required data.'],
        'same',
      ],
      [
        'sealed around another inner token',
        sealedWithRefreshKey(
          JSON.stringify({ refresh_response_key: `${'A'.repeat(43)}=`, refresh_token: 'x'.repeat(168) }),
        ),
        ['invalid_token', 'Invalid Token presented'],
        ['error', 'Error refreshing token'],
      ],
    ]

  it.each(rows)(
    'refuses a token that is %s, in more detail with a known key',
    async (_, token, known, unknown) => {
      const { operator } = operatorAt()
      const expected = { with: known, without: unknown === 'same' ? known : unknown }
      for (const [headers, [status, message]] of [
        [bearer(), expected.with],
        [bearer(asDsp.key), expected.with],
        [{}, expected.without],
        [bearer('UID2-C-L-1-unknown'), expected.without],
      ] as const) {
        const reply = await operator.handle(post('/v2/token/refresh', token, headers))
        expect(reply.status).toBe(400)
        expect(JSON.parse(read(reply))).toEqual({ status, message })
      }
    },
  )

  const innerTokens = {
    'sealed with another key': Buffer.concat([Buffer.from('0370000000660000', 'hex'), Buffer.alloc(116, 7)]),
    'cut short behind its header': Buffer.from('037000000066', 'hex'),
    'cut short within its header': Buffer.from('0370', 'hex'),
    'of one byte': Buffer.from('03', 'hex'),
  }
  it.each(Object.entries(innerTokens))(
    'fails with a 500 on an inner token that is %s, with or without a key',
    async (_, inner) => {
      const { operator } = operatorAt()
      const key = `${'A'.repeat(43)}=`
      const outer = sealedWithRefreshKey(
        JSON.stringify({ refresh_response_key: key, refresh_token: inner.toString('base64') }).padEnd(258),
      )
      for (const token of [inner.toString('base64'), outer])
        for (const headers of [bearer(), {}]) {
          const reply = await operator.handle(post('/v2/token/refresh', token, headers))
          expect([reply.status, JSON.parse(read(reply))]).toEqual([
            500,
            { status: 'unknown', message: 'Unknown error while refreshing token v2' },
          ])
        }
    },
  )

  it('refuses an inner token of an unknown key or another version', async () => {
    const { operator } = operatorAt()
    const unknown = Buffer.concat([Buffer.from('03700000004d', 'hex'), Buffer.alloc(118)])
    const version = Buffer.concat([Buffer.from('036000000066', 'hex'), Buffer.alloc(118)])
    for (const inner of [unknown, version]) {
      const reply = await operator.handle(post('/v2/token/refresh', inner.toString('base64'), bearer()))
      expect([reply.status, JSON.parse(read(reply)).status]).toEqual([400, 'invalid_token'])
    }
  })

  it.each([
    [
      'with a known key',
      bearer(),
      500,
      '{"status":"unknown","message":"No active encryption key available"}',
    ],
    ['without a key', {}, 400, '{"status":"error","message":"Error refreshing token"}'],
  ])('cannot issue a token once the keys have expired: %s', async (_, headers, status, body) => {
    const { operator, clock } = operatorAt()
    clock.now = 4_088_629_662_000
    const { token } = encodeRefreshToken({ ...claims, expiresAt: clock.now })
    const reply = await operator.handle(post('/v2/token/refresh', token, headers))
    expect([reply.status, reply.body]).toEqual([status, body])
  })

  it('answers an inner token alone, as of version 1, in the clear', async () => {
    const { operator, clock } = operatorAt()
    clock.now = Date.UTC(2026, 0)
    const send = () => operator.handle(post('/v2/token/refresh', refreshVector.inner))
    const reply = await send()
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'application/json'])
    const { status, body } = JSON.parse(read(reply))
    expect(status).toBe('success')
    expect((await refresh(operator, body)).status).toBe('success')
    clock.now += 86_400_001
    expect((await send()).body).toBe('{"status":"error","message":"Error refreshing token"}')
  })

  it('accepts a token until the very millisecond of its expiry', async () => {
    const { token } = encodeRefreshToken(claims)
    const reply = await operatorAt().operator.handle(post('/v2/token/refresh', token))
    expect(reply.status).toBe(200)
  })

  it('treats identities from before 8 March 2021, 17:00 as opted out', async () => {
    for (const [establishedAt, status] of [
      [Date.UTC(2021, 2, 8, 17) - 1, 'optout'],
      [Date.UTC(2021, 2, 8, 17), 'success'],
    ] as const) {
      const { token, responseKey } = encodeRefreshToken({ ...claims, establishedAt })
      const reply = await operatorAt().operator.handle(post('/v2/token/refresh', token))
      const json = gcmOpen(responseKey, Buffer.from(read(reply), 'base64'))
      expect(JSON.parse(json.toString()).status).toBe(status)
    }
  })

  it('reads a genuine operator’s token', async () => {
    const { operator, clock } = operatorAt()
    clock.now = genuine.created + 1000
    const reply = await operator.handle(post('/v2/token/refresh', genuine.refreshToken))
    const json = gcmOpen(genuine.responseKey, Buffer.from(read(reply), 'base64'))
    expect(JSON.parse(json.toString()).status).toBe('success')
  })
})
