import { createCipheriv } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { createBuyer } from '#lib/sandbox/buyer/buyer.ts'
import type { KeyCall } from '#lib/sandbox/buyer/keys.ts'
import { dsp } from '#lib/sandbox/operator/credentials.ts'
import type { Operator } from '#lib/sandbox/operator/operator.ts'
import {
  asDsp,
  bearer,
  gcmOpen,
  generate,
  operatorAt,
  post,
  read,
  refresh,
  sealedCall,
  setFaults,
  T0,
} from './client.ts'
import { crossPlatform, emailToken, euidPhoneToken, genuine, tokenTimes } from './vectors.ts'

function buyerOf({ operator, clock }: ReturnType<typeof operatorAt>) {
  const call = vi.fn<KeyCall>(async (body) => {
    const reply = await operator.handle(post('/v2/key/bidstream', body, bearer(dsp.apiKey)))
    if (reply.status !== 200) throw new Error(read(reply))
    return Buffer.from(reply.body)
  })
  const source = operator.scope === 'euid' ? ('euid.eu' as const) : ('uidapi.com' as const)
  const buyer = createBuyer({ source, clientSecret: dsp.clientSecret, call, now: () => clock.now })
  return { buyer, call }
}

describe('the buyer', () => {
  it('reads no token from no text, and fetches no keys', async () => {
    const { buyer, call } = buyerOf(operatorAt())
    expect(await buyer.read(undefined)).toEqual({ token: 'none' })
    expect(await buyer.read('')).toEqual({ token: 'none' })
    expect(call).not.toHaveBeenCalled()
  })

  it.each(['uid2', 'euid'] as const)('reads a token of the sandbox operator (%s)', async (scope) => {
    const site = operatorAt(scope)
    const identity = await generate(site.operator, { email: 'user@example.com' })
    expect(await buyerOf(site).buyer.read(identity.advertising_token)).toEqual({
      token: 'readable',
      scope,
      establishedAt: T0,
      refreshedAt: T0,
      expiresAt: identity.identity_expires,
      person: expect.stringMatching(/^[0-9a-f]{8}$/),
    })
  })

  it('recognises a reader after a refresh and distinguishes readers', async () => {
    const site = operatorAt()
    const { buyer } = buyerOf(site)
    const first = await generate(site.operator, { email: 'user@example.com' })
    const before = await buyer.read(first.advertising_token)
    site.clock.now += 60_000
    const second = (await refresh(site.operator, first)).body
    const after = await buyer.read(second?.advertising_token)
    expect(after).toMatchObject({ establishedAt: T0, refreshedAt: T0 + 60_000, person: before.person })
    const other = await generate(site.operator, { email: 'other@example.com' }, site.clock.now)
    expect((await buyer.read(other.advertising_token)).person).not.toBe(before.person)
  })

  it('never shows the raw UID', async () => {
    const site = operatorAt()
    const reading = await buyerOf(site).buyer.read(emailToken)
    const raw = Buffer.from('6bnjfis0XfGLD4gL3zNdHoUh07VHgiIWfcAksL4aLC4=', 'base64')
    const shown = JSON.stringify(reading)
    for (const form of ['base64', 'base64url', 'hex'] as const)
      expect(shown).not.toContain(raw.toString(form))
    expect(raw.toString('hex')).not.toContain(reading.person)
  })

  it.each([
    [-1_800_000, 'readable'],
    [-1_800_001, 'unreadable'],
    [10_000, 'readable'],
    [3_600_000, 'readable'],
    [3_600_001, 'expired'],
  ])('reads an independently made token %d ms after its creation as %s', async (offset, token) => {
    const site = operatorAt()
    site.clock.now = tokenTimes.created + offset
    expect((await buyerOf(site).buyer.read(emailToken)).token).toBe(token)
  })

  it('reports only the expiry of an expired token', async () => {
    const site = operatorAt()
    site.clock.now = tokenTimes.expires + 1
    expect(await buyerOf(site).buyer.read(emailToken)).toEqual({
      token: 'expired',
      scope: 'uid2',
      expiresAt: tokenTimes.expires,
    })
  })

  it('reads EUID tokens as an EUID buyer only', async () => {
    const reading = await buyerOf(operatorAt('euid')).buyer.read(euidPhoneToken)
    expect(reading).toMatchObject({ token: 'readable', scope: 'euid' })
    expect(await buyerOf(operatorAt('uid2')).buyer.read(euidPhoneToken)).toEqual({ token: 'unreadable' })
    expect(await buyerOf(operatorAt('euid')).buyer.read(emailToken)).toEqual({ token: 'unreadable' })
  })

  it('reads a genuine operator’s token', async () => {
    const site = operatorAt()
    site.clock.now = genuine.created + 1000
    expect(await buyerOf(site).buyer.read(genuine.advertisingToken)).toMatchObject({
      token: 'readable',
      establishedAt: genuine.established,
      expiresAt: genuine.expires,
    })
  })

  it('reads the SDKs’ cross-platform token, given its keys', async () => {
    const { master, site, token } = crossPlatform
    const buyer = createBuyer({
      source: 'uidapi.com',
      clientSecret: dsp.clientSecret,
      now: () => T0,
      call: async (body) => keyResponse(body, [master, site]),
    })
    expect(await buyer.read(token)).toMatchObject({ token: 'readable', scope: 'uid2' })
  })

  it.each([
    'rubbish',
    'A4AAAABl',
    '{"id":1}',
    emailToken.slice(0, -6),
    crossPlatform.token,
    'A'.repeat(5000),
  ])('cannot read %.40s', async (token) =>
    expect(await buyerOf(operatorAt()).buyer.read(token)).toEqual({ token: 'unreadable' }),
  )
})

describe('the buyer’s keys', () => {
  it('are fetched once for many tokens, and again after a minute', async () => {
    const site = operatorAt()
    const { buyer, call } = buyerOf(site)
    await Promise.all(Array.from({ length: 20 }, () => buyer.read(emailToken)))
    await buyer.read(emailToken)
    expect(call).toHaveBeenCalledTimes(1)
    site.clock.now += 60_000
    await buyer.read(emailToken)
    expect(call).toHaveBeenCalledTimes(2)
  })

  it('are fetched again for a token that they cannot open', async () => {
    const site = operatorAt()
    const { buyer } = buyerOf(site)
    await buyer.read(emailToken)
    await setFaults(site.operator, { lifetimes: { identityMs: 7_200_000 } })
    const { advertising_token } = await generate(site.operator, { email: 'a@b.c' })
    expect((await buyer.read(advertising_token)).token).toBe('readable')
  })

  it('are used further while the operator does not answer', async () => {
    const site = operatorAt()
    const { buyer } = buyerOf(site)
    await buyer.read(emailToken)
    site.clock.now += 120_000
    await setFaults(site.operator, { faults: [{ on: 'key', status: 503 }] })
    expect((await buyer.read(emailToken)).token).toBe('readable')
  })

  it('are not awaited for long: without any, a token is unreadable', async () => {
    const site = operatorAt()
    await setFaults(site.operator, { faults: [{ on: 'key', kind: 'hang' }] })
    expect(await buyerOf(site).buyer.read(emailToken)).toEqual({ token: 'unreadable' })
    await setFaults(site.operator, {})
  })

  it('are accepted only in the response to this request', async () => {
    const site = operatorAt()
    let kept: Uint8Array | undefined
    const call: KeyCall = async (body) => {
      kept ??= await answerOf(site.operator, body)
      return kept
    }
    const options = { source: 'uidapi.com' as const, clientSecret: dsp.clientSecret, now: () => T0, call }
    expect((await createBuyer(options).read(emailToken)).token).toBe('readable')
    expect((await createBuyer(options).read(emailToken)).token).toBe('unreadable')
  })

  it('are also sent to the independent test client', async () => {
    const { body } = await sealedCall(operatorAt().operator, '/v2/key/bidstream', {}, asDsp)
    expect(body).toHaveProperty('keys')
  })
})

async function answerOf(operator: Operator, body: Uint8Array): Promise<Uint8Array> {
  return Buffer.from((await operator.handle(post('/v2/key/bidstream', body, bearer(dsp.apiKey)))).body)
}

/** A key response of an operator with other keys. */
function keyResponse(request: Uint8Array, keys: { id: number; secret: string }[]): Uint8Array {
  const secret = Buffer.from(dsp.clientSecret, 'base64')
  const opened = gcmOpen(secret, Buffer.from(Buffer.from(request).toString(), 'base64').subarray(1))
  const json = JSON.stringify({
    status: 'success',
    body: {
      max_bidstream_lifetime_seconds: 10 ** 9,
      allow_clock_skew_seconds: 10 ** 9,
      identity_scope: 'UID2',
      keys: keys.map((key) => ({ ...key, created: 1, activates: 1, expires: 4_088_629_662 })),
    },
  })
  const iv = Buffer.alloc(12, 9)
  const cipher = createCipheriv('aes-256-gcm', secret, iv)
  const sealed = Buffer.concat([cipher.update(opened.subarray(0, 16)), cipher.update(json), cipher.final()])
  return Buffer.from(Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64'))
}
