import { describe, expect, it } from 'vitest'
import { createUid2Client, type DiiInput, type Uid2ClientOptions } from '#lib/uid2/index.ts'
import { fromHex, toBase64 } from './bytes.ts'
import { apiKey, everything, identity, operator, plain, rejection, secret } from './operator.ts'

const options: Uid2ClientOptions = {
  baseUrl: 'https://operator.example',
  apiKey,
  clientSecret: toBase64(secret),
}

describe('options that cannot work are refused at once (U20)', () => {
  it.each([
    ['baseUrl', 'operator.example'],
    ['baseUrl', 'ftp://operator.example'],
    ['baseUrl', 'httpx://operator.example'],
    ['baseUrl', 'https://:CANARY@operator.example'],
    ['baseUrl', 'https://CANARY:pass@operator.example'],
    ['baseUrl', 'https://CANARY@operator.example'],
    ['baseUrl', 'https://operator.example/#CANARY'],
    ['baseUrl', 'https://operator.example/?x=CANARY'],
    ['baseUrl', undefined],
    ['apiKey', ''],
    ['apiKey', 'CANARY with space'],
    ['apiKey', 'CANARY\n'],
    ['apiKey', undefined],
    ['clientSecret', ''],
    ['clientSecret', 'CANARY'],
    ['clientSecret', toBase64(new Uint8Array(31))],
    ['clientSecret', toBase64(new Uint8Array(33))],
    ['clientSecret', `${toBase64(secret)}\n`],
    ['clientSecret', toBase64(secret).replace('=', '').replaceAll('+', '-').replaceAll('/', '_')],
    ['clientSecret', undefined],
    ['timeoutMs', 0],
    ['timeoutMs', -1],
    ['timeoutMs', Number.NaN],
    ['timeoutMs', 2 ** 31],
    ['timeoutMs', '1500'],
    ['retries', -1],
    ['retries', 1.5],
    ['retries', 11],
    ['retries', '2'],
    ['retries', Number.NaN],
    ['wire', 'CANARY'],
    ['sendRaw', 'false'],
    ['sendRaw', 1],
    ['fetch', 'CANARY'],
    ['now', 1_767_225_600_000],
    ['randomBytes', new Uint8Array(20)],
    ['onClockSkew', 'CANARY'],
  ])('%s: %j', (name, value) => {
    const make = () => createUid2Client({ ...options, [name]: value })
    expect(make).toThrow(TypeError)
    expect(make).toThrow(new RegExp(`^${name} must`))
    expect(make).not.toThrow(/CANARY/)
  })
})

it('the longest time-out and the most retries are accepted', () => {
  expect(() => createUid2Client({ ...options, timeoutMs: 2 ** 31 - 1, retries: 10 })).not.toThrow()
})

describe('the base URL of the operator', () => {
  it.each(['', '/', '//', '/?', '/#', '/sandbox/operator', '/sandbox/operator/', '/sandbox/operator?#'])(
    'loses only slashes, "?" and "#" at its end: %j',
    async (path) => {
      const { client, seen } = operator(plain(401, { status: 'unauthorized' }), {
        baseUrl: `https://operator.example${path}`,
      })
      await rejection(client.refreshToken(identity))
      expect(seen[0]?.url).toBe(`https://operator.example${path.replace(/[/?#]+$/, '')}/v2/token/refresh`)
    },
  )
})

const hex = '0c7e6a405862e402eb76a70f8a26fc732d07c32931e9fae9ab1582911d2e8a3b'
const base64 = toBase64(fromHex(hex))

describe('input that is not one piece of DII is refused before anything is sent (U5, U7, U7b)', () => {
  it.each<[string, RegExp, unknown]>([
    ['nothing', /^input must/, undefined],
    ['no field', /^input must/, {}],
    ['two fields', /^input must/, { email: 'canary@example.com', phone: '+12345678901' }],
    ['a bad e-mail', /^email must/, { email: 'canary.example.com' }],
    ['an e-mail that is no string', /^email must/, { email: 5 }],
    ['an inner space', /^email must/, { email: 'can ary@example.com' }],
    ['an inner line end', /^email must/, { email: 'can\nary@example.com' }],
    ['a control character', /^email must/, { email: 'can\u0000ary@example.com' }],
    ['a lone surrogate', /^email must/, { email: 'can\ud800ary@example.com' }],
    ['a hex hash as e-mail', /^email looks already hashed/, { email: hex }],
    ['an upper-case hex hash as e-mail', /^email looks already hashed/, { email: hex.toUpperCase() }],
    ['a base64 hash as e-mail', /^email looks already hashed/, { email: base64 }],
    ['a national phone number', /^phone must/, { phone: '0491 570 006' }],
    ['a phone that is no string', /^phone must/, { phone: 12345678901 }],
    ['a short hash', /^emailHash must/, { emailHash: base64.slice(4) }],
    ['an address as hash', /^emailHash must/, { emailHash: 'canary@example.com' }],
    ['a phone number as hash', /^phoneHash must/, { phoneHash: '+12345678901' }],
    ['a hash that is no string', /^phoneHash must/, { phoneHash: null }],
  ])('%s', async (_, message, input) => {
    for (const sendRaw of [true, false]) {
      const { client, seen } = operator(plain(500, ''), { sendRaw })
      for (const call of [
        client.generateToken(input as DiiInput),
        client.validateToken('AT', input as DiiInput),
      ]) {
        const error = await rejection(call)
        expect(error).toBeInstanceOf(TypeError)
        expect((error as Error).message).toMatch(message)
        expect(everything(error)).not.toMatch(/ary@|canary\.|0491|12345678901|0c7e6a|DH5q/i)
      }
      expect(seen).toEqual([])
    }
  })
})

describe('other arguments', () => {
  const client = createUid2Client(options)
  const email = { email: 'canary@example.com' }

  it.each<[string, RegExp, () => Promise<unknown>]>([
    [
      'an empty consent string',
      /^tcfConsentString must/,
      () => client.generateToken(email, { tcfConsentString: '' }),
    ],
    ['an empty token', /^advertisingToken must/, () => client.validateToken('', email)],
    ['a token with a space', /^advertisingToken must/, () => client.validateToken('A T', email)],
    ['no identity', /^identity\.refresh_response_key must/, () => client.refreshToken(undefined as never)],
    [
      'an identity without a response key',
      /^identity\.refresh_response_key must/,
      () => client.refreshToken({ ...identity, refresh_response_key: '' }),
    ],
    [
      'an identity with a quoted token',
      /^identity\.refresh_token must/,
      () => client.refreshToken({ ...identity, refresh_token: 'CANARY\n' }),
    ],
    ['a token with a DEL', /^advertisingToken must/, () => client.validateToken('AT\u007f', email)],
    ['no options', /./, () => client.generateToken(email, null as never)],
    ['a signal that is none', /^signal must/, () => client.refreshToken(identity, { signal: {} as never })],
    ['a time-out of zero', /^timeoutMs must/, () => client.refreshToken(identity, { timeoutMs: 0 })],
  ])('%s is refused by name', async (_, message, call) => {
    const error = await rejection(call())
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(message)
    expect((error as Error).message).not.toMatch(/canary/i)
  })

  it.each([new Uint8Array(4), new Uint8Array(21), 20, 'CANARY', Array(20).fill(300)])(
    'refuses a source of randomness that returns %j',
    async (random) => {
      const weak = createUid2Client({ ...options, randomBytes: () => random as Uint8Array })
      await expect(weak.generateToken(email)).rejects.toThrow(/^randomBytes must/)
    },
  )

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 'today'])(
    'refuses a clock that returns %j',
    async (time) => {
      const timeless = createUid2Client({ ...options, now: () => time as number })
      const error = await rejection(timeless.generateToken(email))
      expect(error).toBeInstanceOf(TypeError)
      expect(String(error)).toContain('now must return Unix ms')
    },
  )
})
