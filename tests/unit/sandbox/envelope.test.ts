import { describe, expect, it } from 'vitest'
import { publisher } from '#lib/sandbox/operator/credentials.ts'
import { isFresh, openRequest } from '#lib/sandbox/operator/envelope.ts'
import { decodeBase64 } from '#lib/sandbox/operator/java-base64.ts'
import { bearer, envelope, operatorAt, post, read, sealedCall, T0 } from './client.ts'

// Fixed in the tests of the official Java SDK and reproduced with Python's `cryptography`.
const SECRET = 'ioG3wKxAokmp+rERx6A4kM/13qhyolUXIu14WN16Spo='
const vectors: [json: string, envelope: string][] = [
  [
    '{"email":"test@example.com"}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYrD77pL7JYMJj8YqD9EsrG3d2d2j0H7kZjH41YsNLpFVCH+oce28z9L9ug==',
  ],
  [
    '{"phone":"+12345678901"}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYqX+4JXyJYMJ0JJrSKV84juIkIH33GCmx+7RM2pSX9P4nAN0pn2g',
  ],
  [
    '{"email_hash":"tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ="}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYrD77pL7WNFKiMt7QbM9mWHZwOWPyVTqSnDVNzhXRdcmIkV0ODOdll2inDo9iIZQ5oV2NvSUSWG5j6ACiXKH0JxiTPzs716eIH7P1Q==',
  ],
  [
    '{"email_hash":"1hFzBkhe0OUK+rOshx6Y+BaZFR8wKBUn1j/18jNlbGk="}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYrD77pL7WNFKiMt7QbN4vErK69qumy3EXliuNSZ0a/4mTht7DyqMjF20oUECkYNZvtJhGo+wfXSDj6ACEfrViY4lnt1KEUjC4JlDaQ==',
  ],
  [
    '{"email_hash":"tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ=","tcf_consent_string":"CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA"}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYrD77pL7WNFKiMt7QbM9mWHZwOWPyVTqSnDVNzhXRdcmIkV0ODOdll2inDo9iIZQ5oV2NvSUSWG5j6BTr3kl2OMGYCCQWOw+fx5/D8+7+J2+xJVUXN8K2yBbjpYqiOpOVVTktDh7TxkPwEGuYR5onLsXKFzjg7rdh0Mfu+emB6JrjFw/en304ydJgpPefDK/4/cohZQdgpjaqQ==',
  ],
  [
    '{"phone_hash":"EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4="}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYqX+4JXyWNFKiMt7QbMMm27H3fmEq2zPRUnXdFpLTdVdc0RNWxOruBaarHYQksdqpbkVFa+walbcj6AClILBJjbDMl1IoeqJVG2fyw==',
  ],
  ['', 'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/o0iuqwrKKPacJn6xpUAU+'],
  [
    '{"email":"tést@example.com"}',
    'Acw8ysqYieqzgA54fifdV1TB6V+da8p/AFc8Ju/IYrD77pL7JYMJj2DwCOUJsXTRxMGqmzPoZH6nOnyERR0RO2WTZ5gARoum24s=',
  ],
]

const openText = (text: string, secret: string, now: number) =>
  openRequest(post('/', text), Buffer.from(secret, 'base64'), 'uid2', now)

describe('an envelope of the official SDKs', () => {
  it.each(vectors)('opens to %s', (json, sealed) => {
    const opened = openText(sealed, SECRET, 1_667_885_597_644)
    if (!opened.ok) throw new Error(read(opened.reply))
    expect(opened.request.payload).toEqual(json === '' ? null : JSON.parse(json))
    expect(Buffer.from(opened.request.nonce).toString('hex')).toBe('312fe5aa08b2a049')
  })

  it('opens to the decode vector of the operator’s own tests, which ends in a line feed', () => {
    const sealed =
      'ATDX9gBKxgQaLwUi9ZDbSqo1b66u55jEN322XSR+aCvOy/c3ZiaVOh8VG22pDUSSNaUqfUwwxxYT0pS9zjW7oVPCeluHU5GCc+6A+LUTIQ8vOR+1CN7ds/61Bp82RzKf5wPABMNtqr1XkoN6d5FU/R0vpxf2hfo1cYYmW0ziCy15pPh17GN2vNTn6YK6g+MAi/dDC7mG+Mxnh9ZaEz+3IetgDPWfp5zHh/T3LWhDAA+2drlDn8KwcQE/TYKh5raR4BDHmhgBUCU6+nymoWruNYxzcII63xMTLMTGzpinNnTL3iBPII9lKRJJ2ZrGjjgMMXi066iaDDpBHH3xY+bAwriU+6GEsE8bveRMwRqT83gmkYp6mn+75Yrpdw=='
    const opened = openText(sealed, 'YGdzZw9oM2RzBgB8THMyAEe408lvdfsTsGteaLAGayY=', 1_710_907_366_130)
    if (!opened.ok) throw new Error(read(opened.reply))
    expect(opened.request.payload?.email_hash).toBe('LdhtUlMQ58ZZy5YUqGPRQw5xUMS5dXG5ocJHYJHbAKI=')
    expect(opened.request.payload?.token).toEqual(expect.any(String))
    expect(Buffer.from(opened.request.nonce).toString('hex')).toBe('30e8280192351c0c')
  })
})

const PAGE = 'https://unifiedid.com/docs/getting-started/gs-encryption-decryption'
const SEE = ` See ${PAGE} for details on the request envelope format.`
const UNENCRYPTED =
  'Invalid body: The request body is unencrypted JSON. It must be an encrypted request envelope. See ' +
  `${PAGE}#encryption-and-decryption-code-examples for encryption and decryption code examples.`

const good = envelope('{"email":"a@b"}').bytes
const versioned = Buffer.from(good)
versioned[0] = 200
const corrupt = Buffer.from(good)
corrupt[20] = (corrupt[20] ?? 0) ^ 1

const DEEP = `{"email":${'['.repeat(1000)}${']'.repeat(1000)}}`

const complaints: [name: string, body: string | Buffer, message: string][] = [
  ['no body', '', 'Invalid body: Body is missing.'],
  ['plain JSON', '{"email":"a@b"}', UNENCRYPTED],
  ['plain JSON with white space', ' {"email": "a@b"}\n', UNENCRYPTED],
  ['plain JSON in base64', Buffer.from('{"email":"a@b"}').toString('base64'), UNENCRYPTED],
  [
    'plain JSON in base64, longer than the shortest envelope',
    Buffer.from(JSON.stringify({ email: 'reader@example.com', more: 'x'.repeat(40) })).toString('base64'),
    UNENCRYPTED,
  ],
  ['a JSON array', '["a@b"]', `Invalid body: Body is not valid base64.${SEE}`],
  ['words', 'hello there', `Invalid body: Body is not valid base64.${SEE}`],
  ['a trailing line feed', `${good.toString('base64')}\n`, `Invalid body: Body is not valid base64.${SEE}`],
  ['the URL alphabet', 'AAA-_', `Invalid body: Body is not valid base64.${SEE}`],
  [
    '44 bytes',
    Buffer.alloc(44, 1).toString('base64'),
    `Invalid body: Body too short. Check encryption method.${SEE}`,
  ],
  [
    'another version',
    versioned.toString('base64'),
    `Invalid body: Invalid request envelope format version: received 200, must be 1.${SEE}`,
  ],
  [
    'another secret',
    envelope('{}', { secret: SECRET }).bytes.toString('base64'),
    `Invalid body: Check encryption key (ClientSecret).${SEE}`,
  ],
  ['a flipped bit', corrupt.toString('base64'), `Invalid body: Check encryption key (ClientSecret).${SEE}`],
  [
    'an old request',
    envelope('{}', { at: T0 - 120_000 }).bytes.toString('base64'),
    'Invalid timestamp: Request too old or client time drift.',
  ],
  ...['{', '[]', '"a"', '1', 'null', '\n', '{} {}', DEEP].map((json): [string, string, string] => [
    `the payload ${JSON.stringify(json.slice(0, 9))}`,
    envelope(json).bytes.toString('base64'),
    'Invalid payload in body: Data is not valid json string.',
  ]),
]

describe('an invalid envelope', () => {
  it.each(complaints)('is refused with the operator’s message: %s', async (_, body, message) => {
    const reply = await operatorAt().operator.handle(post('/v2/token/generate', body, bearer()))
    expect(reply.status).toBe(400)
    expect(reply.headers['content-type']).toBe('application/json')
    expect(JSON.parse(read(reply))).toEqual({ status: 'client_error', message })
  })

  it.each([
    [
      'is refused with a link to the EUID pages in the EUID scope: %s',
      'See https://euid.eu/docs/getting-started/gs-encryption-decryption for',
    ],
    ['{}', 'See https://euid.eu/docs/getting-started/gs-encryption-decryption#encryption'],
  ])('names the EUID pages in the EUID scope: %s', async (body, words) => {
    const reply = await operatorAt('euid').operator.handle(post('/v2/token/generate', body, bearer()))
    expect(read(reply)).toContain(words)
  })

  it('above 1 MiB is refused with 413 in plain text, before the credentials are checked', async () => {
    const { operator } = operatorAt()
    const reply = await operator.handle(post('/v2/token/generate', Buffer.alloc(1024 * 1024 + 1)))
    expect([reply.status, reply.body]).toEqual([413, 'Request Too Long'])
    expect(reply.headers.connection).toBe('close')
    const nowhere = await operator.handle(post('/v2/nowhere', Buffer.alloc(1024 * 1024 + 1)))
    expect([nowhere.status, nowhere.headers.connection]).toEqual([404, 'close'])
    const full = await operator.handle(post('/v2/token/generate', Buffer.alloc(1024 * 1024, 65), bearer()))
    expect(full.status).toBe(400)
    expect(full.headers).not.toHaveProperty('connection')
  })
})

describe('a request’s timestamp', () => {
  it.each([
    [-120_000, false],
    [-119_999, true],
    [-60_000, true],
    [0, true],
    [119_000, true],
    [119_001, false],
    [Number.MAX_SAFE_INTEGER, false],
  ])('%d ms from the server’s clock is accepted: %s', async (offset, accepted) => {
    expect(isFresh(T0 + offset, T0)).toBe(accepted)
    const at = Math.min(T0 + offset, Number.MAX_SAFE_INTEGER)
    const { bytes } = envelope('{"email":"a@b"}', { at })
    const { operator } = operatorAt()
    const reply = await operator.handle(post('/v2/token/generate', bytes.toString('base64'), bearer()))
    expect(reply.status).toBe(accepted ? 200 : 400)
  })
})

describe('base64 in Java’s reading', () => {
  it.each(['', 'QQ', 'QQ==', 'QUI', 'QUI=', 'QUJD', 'QR==', '+/+/'])('accepts %j', (text) => {
    expect(decodeBase64(text)).not.toBeNull()
  })

  it.each([
    'Q',
    'QQ=',
    'QUI==',
    'QUJD=',
    '=',
    '==',
    '====',
    'QQ==QQ==',
    'QUJD\n',
    ' QUJD',
    'QU JD',
    '-_-_',
    'QQ==\n',
    'é',
  ])('refuses %j', (text) => {
    expect(decodeBase64(text)).toBeNull()
  })
})

describe('binary mode', () => {
  const binary = { ...bearer(), 'content-type': 'Application/Octet-Stream' }

  it('answers raw bytes with raw bytes', async () => {
    const reply = await operatorAt().operator.handle(post('/v2/token/generate', good, binary))
    expect(reply.headers['content-type']).toBe('application/octet-stream')
    expect(reply.body).toBeInstanceOf(Uint8Array)
  })

  it('accepts base64 under the binary type and answers in base64', async () => {
    const reply = await operatorAt().operator.handle(
      post('/v2/token/generate', good.toString('base64'), binary),
    )
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'text/plain'])
    expect(typeof reply.body).toBe('string')
  })

  it('recognises plain JSON under the binary type', async () => {
    const reply = await operatorAt().operator.handle(post('/v2/token/generate', '{"email":"a@b"}', binary))
    expect(JSON.parse(read(reply)).message).toBe(UNENCRYPTED)
  })

  it('is not used for a content type with a parameter', async () => {
    const headers = { ...bearer(), 'content-type': 'application/octet-stream; charset=x' }
    const reply = await operatorAt().operator.handle(post('/v2/token/generate', good, headers))
    expect(JSON.parse(read(reply)).message).toContain('not valid base64')
  })

  it('is optional: form content types and none carry base64', async () => {
    const { operator } = operatorAt()
    for (const type of ['application/x-www-form-urlencoded; charset=utf-8', 'application/json', undefined]) {
      const headers = { ...bearer(), 'content-type': type }
      const reply = await operator.handle(post('/v2/token/generate', good.toString('base64'), headers))
      expect([reply.status, reply.headers['content-type']]).toEqual([200, 'text/plain'])
    }
  })
})

describe('authentication', () => {
  const sealed = envelope('{"email":"a@b"}').bytes.toString('base64')

  it.each([
    ['no header', {}],
    ['an unknown key', bearer('UID2-C-L-124-unknown')],
    ['no scheme', { authorization: publisher.apiKey }],
    ['a missing role', bearer('UID2-C-L-123-t32pCM.5NCX1E94UgOd2f8zhsKmxzCoyhXohHYSSWR8U=')],
  ])('fails in the same way for any body: %s', async (_, headers) => {
    const { operator } = operatorAt()
    for (const body of [sealed, 'rubbish', '']) {
      const reply = await operator.handle(post('/v2/token/generate', body, headers))
      expect([reply.status, reply.headers['content-type']]).toEqual([401, 'application/json'])
      expect(reply.body).toBe('{"status":"unauthorized"}')
    }
  })

  it('trims the header, accepts any case of the scheme and repeats the trace id', async () => {
    const headers = { authorization: `  bEaReR ${publisher.apiKey} `, 'x-amzn-trace-id': 'Root=1-2' }
    const reply = await operatorAt().operator.handle(post('/v2/token/generate', sealed, headers))
    expect([reply.status, reply.headers['x-amzn-trace-id']]).toEqual([200, 'Root=1-2'])
  })

  it('refuses the keys to a publisher', async () => {
    const { operator } = operatorAt()
    await expect(sealedCall(operator, '/v2/key/bidstream', undefined)).rejects.toThrow(
      '401 {"status":"unauthorized"}',
    )
  })
})
