import { describe, expect, it } from 'vitest'
import {
  asDsp,
  asSharer,
  bearer,
  envelope,
  generate,
  operatorAt,
  post,
  refusal,
  sealedCall,
  T0,
} from './client.ts'
import { emailToken, genuine } from './vectors.ts'

const GENERATE = '/v2/token/generate'

describe('token/generate', () => {
  it('issues the six fields with times from one clock reading', async () => {
    const identity = await generate(operatorAt().operator, { email: 'user@example.com' })
    expect(identity).toEqual({
      advertising_token: expect.stringMatching(/^A4[\w-]{216}$/),
      refresh_token: expect.stringMatching(/^.{388}$/),
      identity_expires: T0 + 3_600_000,
      refresh_expires: T0 + 86_400_000,
      refresh_from: T0 + 900_000,
      refresh_response_key: expect.stringMatching(/^[\w+/]{43}=$/),
    })
  })

  it.each([
    ['uid2', { phone: '+12345678901' }, 'B4'],
    ['euid', { email: 'user@example.com' }, 'E4'],
    ['euid', { phone: '+12345678901' }, 'F4'],
  ] as const)('shows scope and type in the first letters: %s %o → %s', async (scope, payload, letters) => {
    const { advertising_token } = await generate(operatorAt(scope).operator, payload)
    expect(advertising_token.slice(0, 2)).toBe(letters)
  })

  const missing = {
    http: 400,
    status: 'client_error',
    message:
      'Required Parameter Missing: exactly one of [email, email_hash, phone, phone_hash] must be specified',
  }
  it.each([undefined, {}, { email: null }, { mail: 'a@b' }, { email: 'a@b', phone: '+12345678901' }])(
    'requires exactly one identity: %o',
    async (payload) => expect(await refusal(GENERATE, payload)).toEqual(missing),
  )

  it.each([
    { email: '' },
    { email: 'nobody' },
    { email: { a: 1 } },
    { email: ['a', 'b'] },
    { email: true },
    { phone: '12345678901' },
    { phone: '+12345678901\n' },
    { phone: 12345678901 },
    { email_hash: 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ' },
    { email_hash: 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf_F5HVRQ=' },
    { phone_hash: 'Z'.repeat(64) },
    { phone_hash: 'a'.repeat(66) },
  ])('refuses an invalid identity: %o', async (payload) =>
    expect(await refusal(GENERATE, payload)).toEqual({
      http: 400,
      status: 'client_error',
      message: 'Invalid Identifier',
    }),
  )

  it('uses the text that Java makes of a list as the address', async () => {
    const { operator } = operatorAt()
    const { advertising_token: token } = await generate(operator, { email: ['x', { 'a@b': [null, 1] }] })
    const answer = await sealedCall(operator, '/v2/token/validate', { token, email: '[x, {a@b=[null, 1]}]' })
    expect(answer.body).toBe(true)
  })

  it.each([
    { optout_check: 0, policy: 0 },
    { optout_check: 'x', mail: 'a@b', policy: null },
  ])('checks the opt-out whatever else the request contains: %o', async (besides) => {
    const { operator } = operatorAt()
    const payload = { email: 'optout@example.com', ...besides }
    expect(await sealedCall(operator, GENERATE, payload)).toEqual({ status: 'optout' })
    expect((await generate(operator, { email: 'a@b', ...besides })).refresh_token).toHaveLength(388)
  })

  it.each([Date.UTC(2020, 0), 4_088_629_662_000])(
    'fails with a 500 at a time without an active key: %d',
    async (now) => {
      const { operator, clock } = operatorAt()
      clock.now = now
      const body = envelope('{"email":"a@b"}', { at: now }).bytes.toString('base64')
      const reply = await operator.handle(post(GENERATE, body, bearer()))
      expect(reply.status).toBe(500)
      expect(reply.body).toBe('{"status":"unknown","message":"No active encryption key available"}')
    },
  )

  it('accepts a hash in base64 and in hex of either case as the same identity', async () => {
    const { operator } = operatorAt()
    const hash = Buffer.from('tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=', 'base64')
    const hex = hash.toString('hex')
    for (const email_hash of [hash.toString('base64'), hex, hex.toUpperCase()]) {
      const { advertising_token: token } = await generate(operator, { email_hash })
      const answer = await sealedCall(operator, '/v2/token/validate', { token, email: ' USER@example.com ' })
      expect(answer).toEqual({ status: 'success', body: true })
    }
  })

  it.each([
    { email: 'optout@example.com' },
    { email: ' OptOut@example.com' },
    { email_hash: 'DYsnJ8r5+cjRDHue98gIGDKvLIMuqAm/RRLODrjqK50=' },
    { phone: '+00000000000' },
  ])('answers an opted-out identity with a sealed optout in both scopes: %o', async (payload) => {
    for (const scope of ['uid2', 'euid'] as const) {
      const answer = await sealedCall(operatorAt(scope).operator, GENERATE, payload)
      expect(answer).toEqual({ status: 'optout' })
    }
  })

  it.each([
    { email: 'optout@unifiedid.com' },
    { phone: '+00000000001' },
    { email: 'validate@example.com' },
    // The hash of one kind under the name of the other.
    { email_hash: '313yQvZOTb0vjjEU7sTO/UWxGPzVppIbCyQEJEnfxLo=' },
    { phone_hash: 'DYsnJ8r5+cjRDHue98gIGDKvLIMuqAm/RRLODrjqK50=' },
  ])('treats other reserved-looking identities as ordinary: %o', async (payload) => {
    const identity = await generate(operatorAt().operator, payload)
    expect(identity.refresh_token).toHaveLength(388)
  })
})

describe('token/validate', () => {
  const VALIDATE = '/v2/token/validate'

  it('reports whether the token belongs to the identity, also after its expiry', async () => {
    const { operator, clock } = operatorAt()
    const { advertising_token: token } = await generate(operator, { phone: '+12345678901' })
    clock.now += 10_000_000
    const at = clock.now
    const validate = (payload: object) => sealedCall(operator, VALIDATE, { token, ...payload }, { at })
    expect(await validate({ phone: '+12345678901' })).toEqual({ status: 'success', body: true })
    expect(await validate({ phone: '+12345678902' })).toEqual({ status: 'success', body: false })
    expect(await validate({ email: 'optout@example.com' })).toEqual({ status: 'success', body: false })
  })

  it('reads a token of version 3, in standard base64 only', async () => {
    const { operator } = operatorAt()
    let [token, bytes] = ['', Buffer.of()]
    while (!/[+/]/.test(token)) {
      const { advertising_token } = await generate(operator, { email: 'a@b.c' })
      bytes = Buffer.from(advertising_token, 'base64url')
      bytes[1] = 0x70
      token = bytes.toString('base64')
    }
    expect(await sealedCall(operator, VALIDATE, { token, email: 'a@b.c' })).toMatchObject({ body: true })
    const answer = await refusal(VALIDATE, { token: bytes.toString('base64url'), email: 'a@b.c' })
    expect(answer.message).toBe('Invalid token')
  })

  it.each([undefined, '', 'rubbish', 'A4AAAABl', 12])('refuses the token %j as invalid', async (token) => {
    const answer = await refusal(VALIDATE, { token, email: 'a@b.c' })
    expect(answer).toEqual({ http: 400, status: 'client_error', message: 'Invalid token' })
  })

  it.each([
    ['another site', genuine.advertisingToken],
    ['the fallback site', emailToken],
  ])('refuses a token sealed with the key of %s', async (_, token) => {
    const answer = await refusal(VALIDATE, { token, email: 'user@example.com' })
    expect(answer).toEqual({ http: 400, status: 'client_error', message: 'Unauthorised to validate token' })
  })

  it('finds no match for a token of the other scope', async () => {
    const { advertising_token: token } = await generate(operatorAt('euid').operator, { email: 'a@b.c' })
    const answer = await sealedCall(operatorAt().operator, VALIDATE, { token, email: 'a@b.c' })
    expect(answer).toEqual({ status: 'success', body: false })
  })

  it('reads a token although its keys have expired', async () => {
    const { operator, clock } = operatorAt()
    const { advertising_token: token } = await generate(operator, { email: 'a@b.c' })
    clock.now = 4_088_629_662_001
    const answer = await sealedCall(operator, VALIDATE, { token, email: 'a@b.c' }, { at: clock.now })
    expect(answer).toEqual({ status: 'success', body: true })
  })

  it('requires one identity', async () => {
    expect((await refusal(VALIDATE, { token: 'x' })).message).toContain('exactly one of')
    expect((await refusal(VALIDATE, { token: 'x', email: 'x' })).message).toBe('Invalid Identifier')
  })
})

describe('optout/status', () => {
  const STATUS = '/v2/optout/status'
  const many = (length: number) => Array<string>(length).fill('x')

  it('reports no opt-out, for up to 5000 UIDs', async () => {
    for (const caller of [asDsp, asSharer])
      for (const advertising_ids of [
        [],
        ['6bnjfis0XfGLD4gL3zNdHoUh07VHgiIWfcAksL4aLC4=', 1, null],
        many(5000),
      ]) {
        const answer = await sealedCall(operatorAt().operator, STATUS, { advertising_ids }, caller)
        expect(answer).toEqual({ status: 'success', body: { opted_out: [] } })
      }
  })

  const clientError = (message: string) => ({ http: 400, status: 'client_error', message })
  const unknown = { http: 500, status: 'unknown', message: 'Unknown error while getting optout status' }
  it.each([
    [undefined, clientError('Invalid request body')],
    [{}, clientError('Required Parameter Missing: advertising_ids')],
    [{ advertising_ids: null }, clientError('Required Parameter Missing: advertising_ids')],
    [{ advertising_ids: many(5001) }, clientError('Request payload is too large')],
    [{ advertising_ids: 'x' }, unknown],
    [{ advertising_ids: 1 }, unknown],
    [{ advertising_ids: true }, unknown],
    [{ advertising_ids: { 0: 'x' } }, unknown],
  ])('refuses %.40j', async (payload, answer) =>
    expect(await refusal(STATUS, payload, 'uid2', asDsp)).toEqual(answer),
  )
})

describe('CORS', () => {
  const headers = { origin: 'https://news.example', 'access-control-request-method': 'POST' }
  const preflight = (path: string) =>
    operatorAt().operator.handle({ method: 'OPTIONS', path, headers, body: Buffer.of() })

  it('answers a preflight with the headers that Prebid needs', async () => {
    const reply = await preflight('/v2/token/refresh')
    expect([reply.status, reply.body]).toEqual([204, ''])
    expect(reply.headers).toEqual({
      'access-control-allow-origin': 'https://news.example',
      'access-control-allow-methods': 'GET,POST,OPTIONS',
      'access-control-allow-headers':
        'X-UID2-Client-Version,Access-Control-Request-Method,Access-Control-Allow-Credentials,' +
        'Access-Control-Allow-Origin,Access-Control-Allow-Headers,Content-Type',
      vary: 'origin',
    })
  })

  it('allows Authorization on validate only', async () => {
    for (const path of ['/v2/token/generate', '/v2/token/refresh', '/v2/key/bidstream']) {
      expect((await preflight(path)).headers['access-control-allow-headers']).not.toContain('Authorization')
    }
    const validate = await preflight('/v2/token/validate')
    expect(validate.headers['access-control-allow-headers']).toMatch(/,Authorization$/)
  })

  it('repeats the origin on errors, and never allows credentials', async () => {
    const origin = 'https://news.example'
    const reply = await operatorAt().operator.handle(post('/v2/token/refresh', 'x', { origin }))
    expect(reply.headers['access-control-allow-origin']).toBe(origin)
    expect(reply.headers).not.toHaveProperty('access-control-allow-credentials')
  })
})
