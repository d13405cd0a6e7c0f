import { describe, expect, it } from 'vitest'
import { explainUnauthorized, Uid2Error } from '#lib/uid2/index.ts'
import { identity, operator, plain, rejection, sealed, sealedRefresh } from './operator.ts'

const email = { email: 'reader@example.com' }

describe('the reason of a fault on the publisher’s side', () => {
  it.each([
    [
      'wrong_secret',
      400,
      'Invalid body: Check encryption key (ClientSecret). See https://unifiedid.com/docs.',
    ],
    ['clock_skew', 400, 'Invalid timestamp: Request too old or client time drift.'],
    [undefined, 400, 'Invalid Identifier'],
    [undefined, 502, 'Invalid body: Check encryption key (ClientSecret).'],
  ])('is %s (U20b)', async (reason, status, message) => {
    const { client } = operator(plain(status, { status: 'client_error', message }))
    const error = await rejection(client.generateToken(email))
    expect((error as Uid2Error).reason).toBe(reason)
    if (reason === undefined) expect(error).not.toHaveProperty('reason')
  })

  it.each([
    ['wrong_key', { status: 'error', message: 'Error refreshing token' }, 400],
    ['missing_role', { status: 'invalid_token', message: 'Invalid Token presented' }, 400],
    [undefined, { status: 'unauthorized' }, 401],
    [undefined, '<html>', 503],
  ])(
    'for a refused key, from a refresh with an invalid token, is %s (U20b)',
    async (reason, body, status) => {
      const { client, seen } = operator(plain(status, body))
      expect(await explainUnauthorized(client)).toBe(reason)
      expect(seen).toMatchObject([{ url: 'https://operator.example/v2/token/refresh', body: '-' }])
    },
  )

  it.each([
    ['uid2', 'A4AAAABl'],
    ['uid2', 'B3AAAABl'],
    ['euid', 'E4AAAABl'],
    ['euid', 'F3AAAABl'],
  ] as const)(
    'for a token of the other product, from generate and refresh, is wrong_product: %s %s (U20b)',
    async (product, token) => {
      const body = { ...identity, advertising_token: token }
      const success = { status: 'success', body }
      const other = product === 'uid2' ? 'euid' : 'uid2'
      for (const [expected, code] of [
        [product, undefined],
        [undefined, undefined],
        [other, 'wrong_product'],
      ] as const) {
        const options = expected === undefined ? {} : { product: expected }
        const calls = [
          () => operator(sealed(success), options).client.generateToken(email),
          () => operator(sealedRefresh(success), options).client.refreshToken(identity),
        ]
        for (const call of calls) {
          const error = await rejection(call())
          if (code === undefined) expect(error).toBeUndefined()
          else expect(error).toMatchObject({ code, reason: code, transient: false })
        }
      }
    },
  )

  it('a token of version 2 is accepted: it does not name its product', async () => {
    const body = { ...identity, advertising_token: 'AgAAAGW7' }
    const { client } = operator(sealed({ status: 'success', body }), { product: 'euid' })
    expect(await client.generateToken(email)).toMatchObject({ status: 'success' })
  })

  it('Uid2Error.is recognises an error made by another copy of the code', async () => {
    class Uid2ErrorOfAnotherCopy extends Error {
      override readonly name = 'Uid2Error'
      readonly code = 'timeout'
      readonly transient = true
    }
    const error = await rejection(operator(plain(500, '')).client.refreshToken(identity))
    for (const one of [error, new Uid2ErrorOfAnotherCopy()]) expect(Uid2Error.is(one)).toBe(true)
    for (const none of [new Error('Uid2Error'), { name: 'Uid2Error', code: 'timeout' }, null, 'Uid2Error'])
      expect(Uid2Error.is(none)).toBe(false)
  })
})
