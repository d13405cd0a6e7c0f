import { describe, expect, it } from 'vitest'
import {
  createUid2Client,
  hasExpired,
  hashEmail,
  hashPhone,
  isDueForRefresh,
  isRefreshable,
  parseIdentity,
  Uid2Error,
} from '#lib/uid2/index.ts'
import { fromHex, toBase64, utf8 } from './bytes.ts'
import { everything, hang, identity, operator, plain, rejection, sealed } from './operator.ts'

/*
 * Eight defects of the official server SDKs (Java edbde03f, Python fbd115b0) and of the official sample sites,
 * and what this SDK does instead. Number 4, the bit that marks client-side generation, is about reading
 * tokens, which publishers do not: tests/unit/uid2-cli holds it for `npm run uid2 -- inspect-token`.
 */

const email = { email: 'reader@example.com' }

describe('Python compares seconds with milliseconds, so nothing is ever due and everything refreshable (defect 1)', () => {
  const of2022 = {
    ...identity,
    refresh_from: Date.UTC(2022, 0, 1, 1),
    identity_expires: Date.UTC(2022, 0, 1, 2),
    refresh_expires: Date.UTC(2022, 0, 2),
  }

  it('an identity of 2022 is due, expired and beyond refreshing today', () => {
    const today = Date.UTC(2026, 10, 22)
    expect(isDueForRefresh(of2022, today)).toBe(true)
    expect(hasExpired(of2022, today)).toBe(true)
    expect(isRefreshable(of2022, today)).toBe(false)
  })

  it('it was fresh when it was issued', () => {
    const then = Date.UTC(2022, 0, 1)
    expect(isDueForRefresh(of2022, then)).toBe(false)
    expect(hasExpired(of2022, then)).toBe(false)
    expect(isRefreshable(of2022, then)).toBe(true)
  })
})

describe('Python reads broken JSON and missing fields as None (defect 2)', () => {
  it.each(['', 'None', '{"advertising_token":', 'null', '[]', '5'])('%j is refused', (text) => {
    expect(() => parseIdentity(text)).toThrow(Uid2Error)
  })

  it.each(Object.keys(identity))('an identity without %s is refused by name', (name) => {
    const text = JSON.stringify({ ...identity, [name]: undefined })
    expect(() => parseIdentity(text)).toThrow(`the identity's ${name} is missing or malformed`)
  })

  it('a complete identity is read', () => {
    expect(parseIdentity(JSON.stringify(identity))).toEqual(identity)
  })
})

describe('Python accepts any Unicode digit in a phone number, and hashes inner spaces (defect 3)', () => {
  it.each(['+١٢٣٤٥٦٧٨٩٠١', '+1234567890²', '+１２３４５６７８９０１'])('%s is refused', async (phone) => {
    await expect(hashPhone(phone)).rejects.toThrow(/^phone must be E\.164/)
  })

  it.each(['te st@example.com', 'test @example.com'])('%s is refused', async (address) => {
    await expect(hashEmail(address)).rejects.toThrow(/^email must not contain whitespace/)
  })
})

describe('Java drops the operator’s status and message; neither has typed errors, time-outs, retries or abort (defect 5)', () => {
  it('status and message are kept', async () => {
    const message = 'Invalid body: Check encryption key (ClientSecret).'
    const { client } = operator(plain(400, { status: 'client_error', message }))
    const error = await rejection(client.generateToken(email))
    expect(error).toBeInstanceOf(Uid2Error)
    expect(error).toMatchObject({
      code: 'client_error',
      httpStatus: 400,
      operatorStatus: 'client_error',
      operatorMessage: message,
    })
  })

  it('a call to an operator that hangs ends by time-out, or by abort', async () => {
    const { client } = operator(hang)
    expect(await rejection(client.generateToken(email, { timeoutMs: 20 }))).toMatchObject({ code: 'timeout' })
    const signal = AbortSignal.timeout(20)
    expect(await rejection(client.generateToken(email, { signal, timeoutMs: 20_000 }))).toMatchObject({
      code: 'aborted',
    })
  })

  it('a passing fault is retried, and not reported', async () => {
    const answers = [plain(502, '<html>'), sealed({ status: 'optout' })]
    const { client } = operator((seen) => (answers.shift() ?? hang)(seen), {
      retries: 1,
      timeoutMs: 20_000,
    })
    expect(await client.generateToken(email)).toEqual({ status: 'optout' })
  })

  it('a refused address is not in the error, unlike in Java’s', async () => {
    const { client } = operator(hang)
    for (const input of [{ email: 'canary at example.com' }, { email: 'can ary@example.com' }]) {
      expect(everything(await rejection(client.generateToken(input)))).not.toMatch(/can ?ary/)
    }
  })
})

describe('neither reads the time of an answer, checks key and secret, or accepts a base URL that ends with a slash (defect 6)', () => {
  it('the time of an answer shows the clock skew', async () => {
    const skews: number[] = []
    const options = { now: () => 1_000_000, onClockSkew: (ms: number) => skews.push(ms) }
    const { client } = operator(sealed({ status: 'optout' }, 1_093_000), options)
    await client.generateToken(email)
    expect(skews).toEqual([93_000])
  })

  it('a secret that is not 32 bytes of base64, and a malformed key, are refused before any call', () => {
    const { options } = operator(hang)
    for (const clientSecret of [toBase64(utf8('16 bytes of text')), 'not base64!', '']) {
      expect(() => createUid2Client({ ...options, clientSecret })).toThrow(/^clientSecret must/)
    }
    for (const apiKey of ['', 'two words', options.clientSecret]) {
      expect(() => createUid2Client({ ...options, apiKey })).toThrow(/^apiKey must/)
    }
  })

  it('a base URL that ends with a slash works', async () => {
    const { client, seen } = operator(plain(401, ''), { baseUrl: 'https://operator.example/' })
    await rejection(client.generateToken(email))
    expect(seen[0]?.url).toBe('https://operator.example/v2/token/generate')
  })
})

describe('the sample sites decode as Latin-1 and answer an error with a blank page (defect 7)', () => {
  it('an answer is decoded as UTF-8', async () => {
    const body = { ...identity, future_field: 'Zoë 🏮' }
    const { client } = operator(sealed({ status: 'success', body }))
    expect(await client.generateToken(email)).toMatchObject({ identity: { future_field: 'Zoë 🏮' } })
  })

  it('an answer that is not UTF-8 is refused', async () => {
    const { client } = operator(sealed(fromHex('7b22737461747573223a22ff227d')))
    expect(await rejection(client.generateToken(email))).toMatchObject({ code: 'bad_response' })
  })

  it('an error says whether it may pass, or a person must act', async () => {
    const errorOf = (status: number, body: unknown) =>
      rejection(operator(plain(status, body)).client.generateToken(email))
    expect(await errorOf(503, '<html>')).toMatchObject({ code: 'server_error', transient: true })
    expect(await errorOf(401, { status: 'unauthorized' })).toMatchObject({
      code: 'unauthorized',
      transient: false,
    })
  })
})

describe('a status other than success or opt-out shows only in the text of an exception (defect 8)', () => {
  it('missing consent is an outcome', async () => {
    const { client } = operator(sealed({ status: 'insufficient_user_consent' }))
    expect(await client.generateToken(email)).toEqual({ status: 'insufficient_user_consent' })
  })

  it('an unknown status has an error code of its own, and is named', async () => {
    const { client } = operator(sealed({ status: 'quota_exceeded' }))
    expect(await rejection(client.generateToken(email))).toMatchObject({
      code: 'unexpected_status',
      operatorStatus: 'quota_exceeded',
    })
  })
})
