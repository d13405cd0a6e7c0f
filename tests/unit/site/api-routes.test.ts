import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { gppOf } from '../../support/gpp.ts'
import { type BrowserInProcess, secret, signedInHere } from '../../support/in-process.ts'
import { type TestOperator, testOperator } from '../../support/operator.ts'
import { identityCookie } from '../../support/publication.ts'
import { becomeSite } from '../../support/server-env.ts'

let operator: TestOperator
beforeAll(async () => {
  operator = await testOperator()
})
beforeEach(async () => {
  await operator.set({})
  becomeSite({ ...operator.env, NEXTAUTH_SECRET: secret, UID2_TIMEOUT_MS: '30000' })
})
afterAll(() => operator.close())

async function withToken() {
  const reader = await signedInHere()
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  return reader
}

const usnat = (fields: Parameters<typeof gppOf>[1]) => {
  const { gpp, gppSid } = gppOf('usnat', fields)
  return { signals: { gpp, gppSid } }
}
const optOut = usnat({ SaleOptOut: 1 })
const noOptOut = usnat({})
const tooManyPosts = async ({ post }: BrowserInProcess) => {
  for (let i = 0; i < 30; i++) await post('identity', {})
}

describe('a refused body (S4)', () => {
  it.each([
    [400, 'bad_json', '{"advertising":'],
    [422, 'invalid', { advertising: 'maybe' }],
    [422, 'invalid', {}],
    [422, 'invalid', { advertising: 'granted', email: 'x@example.com' }],
    [422, 'invalid', { advertising: 'granted', wording: 'half a pair: \ud800' }],
    [422, 'invalid', { advertising: 'granted', wording: 'a\0b' }],
    [413, 'too_large', `"${'x'.repeat(140_000)}"`],
  ])('with %i %s changes nothing: %j', async (status, error, body) => {
    const reader = await withToken()
    expect(await reader.post('choice', body)).toMatchObject({ status, body: { error } })
    expect(await reader.get()).toMatchObject({ status: 'available' })
  })

  it('of a signed-out reader gets a 401', async () => {
    const reader = await signedInHere()
    reader.jar.clear()
    const refused = { status: 401, body: { error: 'signed_out' } }
    expect(await reader.post('choice', { advertising: 'granted' })).toMatchObject(refused)
  })

  it.each([
    ['signals that cannot be read', 200, { advertising: 'denied', signals: { tcf: 'x'.repeat(50_000) } }],
    ['an unknown member', 422, { advertising: 'denied', marketing: true }],
    ['an invalid wording', 422, { advertising: 'denied', wording: 7 }],
    ['more bytes than the limit', 413, { advertising: 'denied', signals: { tcf: 'x'.repeat(200_000) } }],
    ['half a body', 400, '{"advertising":"denied","signals":{"tcf":"C'],
    ['a consent before it', 200, '{"advertising":"denied","advertising":"granted"}'],
  ])('counts as a denial beside %s, with a %i (K6d)', async (_, status, body) => {
    const reader = await withToken()
    expect((await reader.post('choice', body)).status).toBe(status)
    expect(reader.jar.has(identityCookie)).toBe(false)
    const elsewhere = await signedInHere(reader.account)
    await elsewhere.post('identity', { signals: { gdprApplies: false } })
    expect(await elsewhere.get()).toMatchObject({ status: 'denied' })
  })

  it('is no denial from another site', async () => {
    const reader = await withToken()
    const far = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await reader.post('choice', { advertising: 'denied', x: 1 }, far)).status).toBe(403)
    expect(await reader.get()).toMatchObject({ status: 'available' })
  })

  it('withdraws consent by its signals, and never restores it (K6d)', async () => {
    const reader = await withToken()
    const refused = { status: 'unsupported', reason: 'consent' }
    for (const signals of [optOut, noOptOut]) {
      expect((await reader.post('identity', { recheck: 1, ...signals })).status).toBe(422)
      expect(await reader.get()).toMatchObject(refused)
    }
    expect((await reader.post('identity', noOptOut)).body).toMatchObject({ status: 'available' })
    expect((await reader.post('identity', { signals: { tcf: 'x'.repeat(200_000) } })).status).toBe(413)
    expect(await reader.get()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
  })
})

describe('a request above the limit', () => {
  it('gets a 429 with the seconds to wait, keeps the token, and affects no other reader', async () => {
    const reader = await withToken()
    await tooManyPosts(reader)
    const { status, headers, body } = await reader.post('choice', { advertising: 'granted' })
    expect([status, body.error]).toEqual([429, 'rate_limited'])
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await reader.get()).toMatchObject({ status: 'available' })
    await withToken()
  })

  it('counts if it is a denial (K6)', async () => {
    const reader = await withToken()
    await tooManyPosts(reader)
    expect((await reader.post('choice', { advertising: 'denied' })).status).toBe(429)
    expect(await reader.get()).toMatchObject({ status: 'denied' })
  })

  it('counts if its signals withdraw consent, not if they would restore it (K6c)', async () => {
    const reader = await withToken()
    await tooManyPosts(reader)
    for (const signals of [optOut, noOptOut]) {
      expect((await reader.post('identity', signals)).status).toBe(429)
      expect(await reader.get()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    }
  })
})

describe('signals of a consent platform', () => {
  it('that withdraw consent remove the token without a call, and later ones restore it (U9)', async () => {
    const reader = await withToken()
    await operator.set({})
    for (const [signals, reason] of [
      [{ gdprApplies: true }, 'gdpr'],
      [optOut.signals, 'consent'],
      ['CP', 'gdpr'],
      [null, 'gdpr'],
    ] as const) {
      const refused = await reader.post('identity', { signals })
      expect(refused).toMatchObject({ status: 200, body: { status: 'unsupported', reason } })
      expect(reader.jar.has(identityCookie)).toBe(false)
      expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
      const back = await reader.post('identity', { signals: { gdprApplies: false } })
      expect(back.body).toMatchObject({ status: 'available' })
      await operator.set({})
    }
  })

  it('that withdraw stop a consent in the same request before any call', async () => {
    const reader = await signedInHere()
    const { body } = await reader.post('choice', { advertising: 'granted', ...optOut })
    expect(body).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect((await operator.calls()).generate).toBe(0)
  })

  it('never count as a consent', async () => {
    const reader = await signedInHere()
    const send = async () => (await reader.post('identity', noOptOut)).body
    expect(await send()).toMatchObject({ status: 'no_choice' })
    await reader.choose('denied')
    expect(await send()).toMatchObject({ status: 'denied' })
  })
})

describe('a recheck', () => {
  it('makes one refresh call although nothing is due, and records an opt-out', async () => {
    const reader = await withToken()
    await operator.set({ faults: [{ on: 'refresh', kind: 'optout', times: 1 }] })
    expect((await reader.post('identity', {})).body).toMatchObject({ status: 'available' })
    expect((await reader.post('identity', { recheck: true })).body).toMatchObject({ status: 'opted_out' })
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
    expect(await reader.choose('granted')).toMatchObject({ status: 'opted_out' })
  })
})
