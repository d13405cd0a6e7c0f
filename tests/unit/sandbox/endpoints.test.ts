import { describe, expect, it } from 'vitest'
import {
  asDsp,
  bearer,
  envelope,
  generate,
  operatorAt,
  post,
  read,
  sealedCall,
  setFaults,
  T0,
} from './client.ts'
import { genuine } from './vectors.ts'

const GENERATE = '/v2/token/generate'

async function refusal(path: string, payload: unknown, scope: 'uid2' | 'euid' = 'uid2') {
  const json = payload === undefined ? '' : JSON.stringify(payload)
  const body = envelope(json).bytes.toString('base64')
  const reply = await operatorAt(scope).operator.handle(post(path, body, bearer()))
  return { http: reply.status, ...JSON.parse(read(reply)) }
}

describe('token/generate', () => {
  it('issues the six fields from one reading of the clock', async () => {
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
    'wants exactly one identity: %o',
    async (payload) => expect(await refusal(GENERATE, payload)).toEqual(missing),
  )

  it.each([
    { email: '' },
    { email: 'nobody' },
    { email: { a: 1 } },
    { phone: '12345678901' },
    { phone: '+12345678901\n' },
    { phone: 12345678901 },
    { email_hash: 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ' },
    { email_hash: 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf_F5HVRQ=' },
    { phone_hash: 'Z'.repeat(64) },
    { phone_hash: 'a'.repeat(66) },
  ])('refuses what is none: %o', async (payload) =>
    expect(await refusal(GENERATE, payload)).toEqual({
      http: 400,
      status: 'client_error',
      message: 'Invalid Identifier',
    }),
  )

  it('takes a hash in base64 and in hex of either case for the same identity', async () => {
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

  it.each([{ email: 'optout@unifiedid.com' }, { phone: '+00000000001' }, { email: 'validate@example.com' }])(
    'treats other reserved-looking identities as ordinary: %o',
    async (payload) => {
      const identity = await generate(operatorAt().operator, payload)
      expect(identity.refresh_token).toHaveLength(388)
    },
  )
})

describe('consent in the EUID scope', () => {
  const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'
  const insufficient = 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA'
  const ask = (tcf_consent_string: unknown, scope: 'uid2' | 'euid' = 'euid') =>
    sealedCall(operatorAt(scope).operator, GENERATE, { email: 'a@b.c', tcf_consent_string })

  it.each([
    sufficient,
    'CPehNtWPehNtWABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA',
    `${sufficient}.YAAAAAAAAAAA`,
  ])('is sufficient: %s', async (tcf) => expect((await ask(tcf)).status).toBe('success'))

  it('is insufficient without purpose 1', async () => {
    expect(await ask(insufficient)).toEqual({ status: 'insufficient_user_consent' })
  })

  it.each(['invalid_consent_string', '', null, 'C', '....', 'CPhJRpMPhJRp'])(
    'is invalid: %j',
    async (tcf) => {
      expect(await refusal(GENERATE, { email: 'a@b.c', tcf_consent_string: tcf }, 'euid')).toEqual({
        http: 400,
        status: 'client_error',
        message: 'User consent is invalid',
      })
    },
  )

  it('is not asked for when absent, nor in the UID2 scope', async () => {
    expect((await generate(operatorAt('euid').operator, { email: 'a@b.c' })).refresh_token).toHaveLength(388)
    expect((await ask('invalid_consent_string', 'uid2')).status).toBe('success')
  })

  it('comes before the opt-out', async () => {
    const payload = { email: 'optout@example.com', tcf_consent_string: insufficient }
    const answer = await sealedCall(operatorAt('euid').operator, GENERATE, payload)
    expect(answer.status).toBe('insufficient_user_consent')
  })
})

describe('token/validate', () => {
  const VALIDATE = '/v2/token/validate'

  it('says whether the token is of the identity, even after it has expired', async () => {
    const { operator, clock } = operatorAt()
    const { advertising_token: token } = await generate(operator, { phone: '+12345678901' })
    clock.now += 10_000_000
    const at = clock.now
    const ask = (payload: object) => sealedCall(operator, VALIDATE, { token, ...payload }, { at })
    expect(await ask({ phone: '+12345678901' })).toEqual({ status: 'success', body: true })
    expect(await ask({ phone: '+12345678902' })).toEqual({ status: 'success', body: false })
    expect(await ask({ email: 'optout@example.com' })).toEqual({ status: 'success', body: false })
  })

  it.each([undefined, '', 'rubbish', 'A4AAAABl', 12])('knows no token %j', async (token) => {
    const answer = await refusal(VALIDATE, { token, email: 'a@b.c' })
    expect(answer).toEqual({ http: 400, status: 'client_error', message: 'Invalid token' })
  })

  it('does not look into a token of another site', async () => {
    const answer = await refusal(VALIDATE, { token: genuine.advertisingToken, email: 'a@b.c' })
    expect(answer.message).toBe('Unauthorised to validate token')
  })

  it('wants one identity', async () => {
    expect((await refusal(VALIDATE, { token: 'x' })).message).toContain('exactly one of')
    expect((await refusal(VALIDATE, { token: 'x', email: 'x' })).message).toBe('Invalid Identifier')
  })
})

describe('key/bidstream', () => {
  it('gives a reader of identities every key but the refresh key, for an empty payload', async () => {
    const { operator } = operatorAt('euid')
    const { status, body } = await sealedCall(operator, '/v2/key/bidstream', undefined, asDsp)
    expect(status).toBe('success')
    expect(body).toMatchObject({
      max_bidstream_lifetime_seconds: 3610,
      identity_scope: 'EUID',
      allow_clock_skew_seconds: 1800,
    })
    const { keys } = body as { keys: { id: number; secret: string; expires: number }[] }
    expect(keys.map(({ id }) => id)).toEqual([101, 103, 104, 105])
    expect(keys[0]).toEqual({
      id: 101,
      created: 1_687_635_529,
      activates: 1_687_635_529,
      expires: 4_088_629_662,
      secret: 'vPdQIoN1nTwXIQoH4/GcHOAct7ymyrGUKXNQhgmq+E8=',
    })
  })

  it('allows for longer tokens when the lifetimes are longer', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { lifetimes: { identityMs: 7_200_500 } })
    const { body } = await sealedCall(operator, '/v2/key/bidstream', undefined, asDsp)
    expect(body).toMatchObject({ max_bidstream_lifetime_seconds: 7211 })
  })
})

describe('every other request', () => {
  it.each([
    ['GET', '/ops/healthcheck', 200, 'OK'],
    ['POST', '/v2/token/logout', 404, 'Not Found'],
    ['GET', '/', 404, 'Not Found'],
    ['GET', GENERATE, 405, 'Method Not Allowed'],
  ])('%s %s is %d', async (method, path, status, body) => {
    const reply = await operatorAt().operator.handle({ method, path, headers: {}, body: Buffer.of() })
    expect([reply.status, reply.body]).toEqual([status, body])
  })
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

  it('echoes the origin on errors too, and never allows credentials', async () => {
    const origin = 'https://news.example'
    const reply = await operatorAt().operator.handle(post('/v2/token/refresh', 'x', { origin }))
    expect(reply.headers['access-control-allow-origin']).toBe(origin)
    expect(reply.headers).not.toHaveProperty('access-control-allow-credentials')
  })
})
