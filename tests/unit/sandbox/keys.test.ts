import { describe, expect, it } from 'vitest'
import { asDsp, asSharer, operatorAt, sealedCall, setFaults } from './client.ts'

/** From the real operator's fixtures. */
const created = { 101: 1_622_691_044, 103: 1_633_991_166, 104: 1_633_991_166, 105: 1_687_635_529 }
const times = { activates: 1_687_635_529, expires: 4_088_629_662 }

interface Keys {
  keys: { id: number; keyset_id?: number }[]
}

describe('key/bidstream', () => {
  it('returns every key but the refresh key to an identity reader, for an empty payload', async () => {
    const { operator } = operatorAt('euid')
    const { status, body } = await sealedCall(operator, '/v2/key/bidstream', undefined, asDsp)
    expect(status).toBe('success')
    expect(body).toMatchObject({
      max_bidstream_lifetime_seconds: 3610,
      identity_scope: 'EUID',
      allow_clock_skew_seconds: 1800,
    })
    const { keys } = body as { keys: { id: number; created: number; secret: string; expires: number }[] }
    expect(Object.fromEntries(keys.map(({ id, created }) => [id, created]))).toEqual(created)
    expect(keys[0]).toEqual({
      id: 101,
      created: 1_622_691_044,
      activates: 1_687_635_529,
      expires: 4_088_629_662,
      secret: 'vPdQIoN1nTwXIQoH4/GcHOAct7ymyrGUKXNQhgmq+E8=',
    })
  })

  it('allows longer tokens with longer lifetimes', async () => {
    const { operator } = operatorAt()
    await setFaults(operator, { lifetimes: { identityMs: 7_200_500 } })
    const { body } = await sealedCall(operator, '/v2/key/bidstream', undefined, asDsp)
    expect(body).toMatchObject({ max_bidstream_lifetime_seconds: 7211 })
  })
})

describe('key/sharing', () => {
  const keysFor = async (caller = asDsp, scope: 'uid2' | 'euid' = 'uid2') =>
    (await sealedCall(operatorAt(scope).operator, '/v2/key/sharing', undefined, caller)).body as Keys

  it('returns the caller’s keyset and the lifetime of a token', async () => {
    const { keys: _, ...head } = await keysFor()
    expect(head).toEqual({
      caller_site_id: 123,
      master_keyset_id: 9_999_999,
      default_keyset_id: 501,
      token_expiry_seconds: '2592000',
      identity_scope: 'UID2',
      allow_clock_skew_seconds: 1800,
    })
    expect(await keysFor(asDsp, 'euid')).toHaveProperty('identity_scope', 'EUID')
  })

  it('names the keysets of the caller and of the master key only', async () => {
    const { keys } = await keysFor()
    expect(keys.map(({ id, keyset_id }) => [id, keyset_id])).toEqual([
      [101, 9_999_999],
      [103, undefined],
      [104, 501],
      [105, undefined],
    ])
    expect(keys[0]).toEqual({
      id: 101,
      created: created[101],
      ...times,
      secret: 'vPdQIoN1nTwXIQoH4/GcHOAct7ymyrGUKXNQhgmq+E8=',
      keyset_id: 9_999_999,
    })
  })

  it('returns only the master key and a sharing limit to a sharer, who reads no identities', async () => {
    const answer = await keysFor(asSharer)
    expect(answer).toMatchObject({ caller_site_id: 125, max_sharing_lifetime_seconds: 2_592_010 })
    expect(answer).not.toHaveProperty('default_keyset_id')
    expect(answer.keys.map(({ id }) => id)).toEqual([101])
  })
})

describe('key/latest', () => {
  it('returns a bare list, with the site of each key', async () => {
    const { body } = await sealedCall(operatorAt().operator, '/v2/key/latest', undefined, asDsp)
    const keys = body as { id: number; site_id: number }[]
    expect(keys.map(({ id, site_id }) => [id, site_id])).toEqual([
      [101, -1],
      [103, 2],
      [104, 123],
      [105, 124],
    ])
    expect(keys[1]).toEqual({
      id: 103,
      created: created[103],
      ...times,
      secret: 'c2yMYeezHfDvZ6haknCFaj0t+eAEJp/C/uh+fUAm1fo=',
      site_id: 2,
    })
  })
})
