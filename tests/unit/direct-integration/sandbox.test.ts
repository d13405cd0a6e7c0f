import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { readAsBuyer } from '#tests/support/buyer.ts'
import { type TestOperator, testOperator } from '#tests/support/operator.ts'
import { publisher } from './publisher.ts'

let operator: TestOperator
beforeAll(async () => {
  operator = await testOperator()
})
beforeEach(() => operator.set({}))
afterAll(() => operator.close())

const publisherOf = (email: string | null, credentials: { apiKey?: string; clientSecret?: string } = {}) =>
  publisher({ baseUrl: `${operator.baseUrl}/`, ...sandboxPublisher, ...credentials }, email)

const read = (token: string | undefined) => readAsBuyer(operator.baseUrl, token)

describe('the token route against the sandbox operator', () => {
  it('returns a token that a buyer can read, and nothing else of the identity', async () => {
    const { token, kept, reports } = publisherOf(' Reader@Example.com ')
    const { httpStatus, headers, json } = await token()
    const identity = kept()
    expect(httpStatus).toBe(200)
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(json).toEqual({
      status: 'success',
      advertisingToken: identity?.advertising_token,
      identityExpires: identity?.identity_expires,
      refreshFrom: identity?.refresh_from,
    })
    const reading = await read(json.advertisingToken)
    expect(reading).toMatchObject({ token: 'readable', scope: 'uid2' })
    const same = await publisherOf('reader@example.com').token()
    expect((await read(same.json.advertisingToken)).person).toBe(reading.person)
    const other = await publisherOf('somebody-else@example.com').token()
    expect((await read(other.json.advertisingToken)).person).not.toBe(reading.person)
    expect(reports).toEqual([])
  })

  it('makes one call for a reader who opted out', async () => {
    const { token, refresh, optOuts, kept } = publisherOf('optout@example.com')
    for (const route of [token, token, refresh])
      expect(await route()).toMatchObject({ httpStatus: 200, json: { status: 'optout' } })
    expect(optOuts.size).toBe(1)
    expect(kept()).toBeUndefined()
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
  })

  it('makes no call for a signed-out reader, or for an address with several spellings', async () => {
    expect(await publisherOf(null).token()).toMatchObject({ httpStatus: 401, json: { status: 'signed_out' } })
    for (const email of [
      're ader@example.com',
      'reader@exam\tple.com',
      'reader',
      'a@b@c',
      '@example.com',
      '.+@gmail.com',
    ])
      expect(await publisherOf(email).token()).toMatchObject({
        httpStatus: 422,
        json: { status: 'unusable_email' },
      })
    expect(await operator.calls()).toMatchObject({ generate: 0 })
  })

  it('makes no call while its own store is down', async () => {
    const { own, token } = publisherOf('reader@example.com')
    own.store.isOptedOut = () => Promise.reject(new Error('down'))
    await expect(token()).rejects.toThrow('down')
    expect(await operator.calls()).toMatchObject({ generate: 0 })
  })

  it.each([
    ['http_400', 'a wrong secret', { clientSecret: Buffer.alloc(32, 7).toString('base64') }],
    ['http_401', 'a wrong key', { apiKey: 'UID2-C-L-124-wrong' }],
  ])('reports %s for %s', async (code, _, credentials) => {
    const { token, reports } = publisherOf('reader@example.com', credentials)
    expect(await token()).toMatchObject({ httpStatus: 503, json: { status: 'unavailable' } })
    expect(reports).toEqual([code])
  })

  it.each([
    ['http_503', { status: 503 }],
    ['undecryptable', { kind: 'garbage' }],
    ['network', { kind: 'reset' }],
  ] as const)('reports %s for a failing operator', async (code, fault) => {
    await operator.set({ faults: [{ on: 'generate', ...fault }] })
    const { token, reports } = publisherOf('reader@example.com')
    expect(await token()).toMatchObject({ httpStatus: 503, json: { status: 'unavailable' } })
    expect(reports).toEqual([code])
  })
})

describe('the refresh route against the sandbox operator', () => {
  const due = { refresh_from: 1 }
  const expired = { ...due, identity_expires: 2 }

  it('returns the same token until it is due, without a call', async () => {
    const { token, refresh } = publisherOf('reader@example.com')
    expect((await token()).json).toEqual((await refresh()).json)
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
  })

  it('returns a new token of the same person when it is due, and continues with that', async () => {
    const { token, refresh, kept, alter } = publisherOf('reader@example.com')
    const first = (await token()).json
    const before = kept()
    alter(due)
    const second = (await refresh()).json
    expect(second).toMatchObject({ status: 'success', advertisingToken: kept()?.advertising_token })
    expect(second.advertisingToken).not.toBe(first.advertisingToken)
    expect(kept()?.refresh_token).not.toBe(before?.refresh_token)
    const [was, is] = [await read(first.advertisingToken), await read(second.advertisingToken)]
    expect(is).toMatchObject({ token: 'readable', person: was.person, establishedAt: was.establishedAt })
    alter(expired)
    expect((await refresh()).json.advertisingToken).not.toBe(second.advertisingToken)
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 2 })
  })

  it('records an opt-out, and returns no token after it', async () => {
    const { token, refresh, kept, alter } = publisherOf('refresh-optout@example.com')
    expect((await token()).json.status).toBe('success')
    alter(due)
    for (const route of [refresh, refresh, token]) expect((await route()).json).toEqual({ status: 'optout' })
    expect(kept()).toBeUndefined()
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 1 })
  })

  it('returns a valid token while the operator fails, and no expired one', async () => {
    const { token, refresh, reports, alter } = publisherOf('reader@example.com')
    const { advertisingToken } = (await token()).json
    await operator.set({ faults: [{ on: 'refresh', status: 503 }] })
    alter(due)
    expect((await refresh()).json).toMatchObject({ status: 'success', advertisingToken })
    alter(expired)
    const { httpStatus, json } = await refresh()
    expect({ httpStatus, json }).toEqual({ httpStatus: 503, json: { status: 'unavailable' } })
    expect(reports).toEqual(['http_503', 'http_503'])
    await operator.set({})
    expect((await refresh()).json.status).toBe('success')
  })

  it('reports without a call that there is nothing to refresh when no identity is kept or it is too old', async () => {
    const { token, refresh, alter } = publisherOf('reader@example.com')
    expect((await refresh()).json).toEqual({ status: 'expired' })
    await token()
    alter({ ...expired, refresh_expires: 3 })
    expect((await refresh()).json).toEqual({ status: 'expired' })
    expect(await operator.calls()).toMatchObject({ refresh: 0 })
  })

  it('deletes an identity that the operator cannot read', async () => {
    const { token, refresh, kept, alter } = publisherOf('reader@example.com')
    await token()
    alter({ ...due, refresh_token: 'A'.repeat(388) })
    expect((await refresh()).json).toEqual({ status: 'expired' })
    expect(kept()).toBeUndefined()
  })
})
