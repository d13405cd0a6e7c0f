import { describe, expect, it } from 'vitest'
import { hasExpired, isDueForRefresh, isRefreshable, parseIdentity } from '#lib/uid2/index.ts'
import { toBase64 } from './bytes.ts'
import { identity, operator, sealed, sealedRefresh } from './operator.ts'

describe('due, refreshable and expired change in the very millisecond', () => {
  it.each([
    [999, false, true, false],
    [1_000, true, true, false],
    [1_999, true, true, false],
    [2_000, true, true, true],
    [2_999, true, true, true],
    [3_000, true, false, true],
    [3_001, true, false, true],
  ])('at %i: due %s, refreshable %s, expired %s', (now, due, refreshable, expired) => {
    expect(isDueForRefresh(identity, now)).toBe(due)
    expect(isRefreshable(identity, now)).toBe(refreshable)
    expect(hasExpired(identity, now)).toBe(expired)
  })

  it('an identity of 2022 is due and beyond refreshing today, unlike in the Python SDK', () => {
    const old = {
      ...identity,
      refresh_from: 1640995200000,
      identity_expires: 1640998800000,
      refresh_expires: 1641081600000,
    }
    expect(isDueForRefresh(old, 1767225600000)).toBe(true)
    expect(isRefreshable(old, 1767225600000)).toBe(false)
  })

  it('an expired token is due even before refresh_from', () => {
    expect(isDueForRefresh({ ...identity, refresh_from: 2_500 }, 2_000)).toBe(true)
  })
})

describe('parseIdentity', () => {
  it('keeps fields that a later operator adds', () => {
    const later = { ...identity, advertising_token_v9: 'x', nested: { a: [1] } }
    expect(parseIdentity(JSON.parse(JSON.stringify(later)))).toEqual(later)
  })

  it('copies, so that later changes to the source do not reach it', () => {
    const source = { ...identity }
    const parsed = parseIdentity(source)
    expect(parsed).not.toBe(source)
  })

  it('ignores inherited fields, and reads each field once', () => {
    expect(() => parseIdentity(Object.create(identity))).toThrow('advertising_token is missing or malformed')
    const values = ['AT', 5]
    const shifty = Object.defineProperty({ ...identity }, 'advertising_token', {
      get: () => values.shift(),
      enumerable: true,
    })
    expect(parseIdentity(shifty)).toEqual({ ...identity, advertising_token: 'AT' })
  })

  it('accepts JSON text', () => {
    expect(parseIdentity(` ${JSON.stringify(identity)}\n`)).toEqual(identity)
  })

  it.each([null, undefined, 'text', '"text"', 'null', 5, [], {}])('refuses %j', (value) => {
    expect(() => parseIdentity(value)).toThrow(
      expect.objectContaining({ code: 'bad_response', transient: true }),
    )
  })

  const texts = ['', 5, null, undefined, 'CANARY with space', 'CANARY\n', 'CANÁRY']
  const times = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1767229200000', null, undefined]
  it.each([
    ...texts.map((value) => ['advertising_token', value] as const),
    ...texts.map((value) => ['refresh_token', value] as const),
    ...times.map((value) => ['identity_expires', value] as const),
    ...times.map((value) => ['refresh_from', value] as const),
    ...times.map((value) => ['refresh_expires', value] as const),
    ...texts.map((value) => ['refresh_response_key', value] as const),
    ['refresh_response_key', toBase64(new Uint8Array(31))] as const,
  ])('refuses %s: %j, with an error that names the field and not the value', (name, value) => {
    const parse = () => parseIdentity({ ...identity, [name]: value })
    expect(parse).toThrow(expect.objectContaining({ code: 'bad_response' }))
    expect(parse).toThrow(`the identity's ${name} is missing or malformed`)
  })
})

describe('identityJson', () => {
  const six = JSON.stringify(identity).slice(1, -1)

  it.each([
    ['a number beyond 2^53', `{${six},"serial":12345678901234567890}`],
    ['an order of its own', `{"z":1,${six},"a":2}`],
    ['white space and escapes', `{ ${six} ,\n"note":"\\u00e9 \\"}{,:[" }`],
    ['nested members of the same names', `{${six},"status":"x","body":{"body":[{}, "status"]}}`],
  ])('is what the operator wrote, character for character: %s', async (_, body) => {
    for (const payload of [
      `{"status":"success","body":${body}}`,
      `{ "body" : ${body} , "status":"success"}`,
    ]) {
      const generated = await operator(sealed(payload)).client.generateToken({ email: 'reader@example.com' })
      expect(generated).toMatchObject({ status: 'success', identityJson: body })
      const refreshed = await operator(sealedRefresh(payload)).client.refreshToken(identity)
      expect(refreshed).toMatchObject({ status: 'success', identityJson: body })
      expect(parseIdentity(body)).toEqual(JSON.parse(body))
    }
  })
})
