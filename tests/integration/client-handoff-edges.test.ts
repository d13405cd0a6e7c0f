import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { payloadOf } from '../support/crawl.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const live = '/live/what-lighthouses-measured'
const secret = /refresh_?token|response_?key/i
const expiring = { identityMs: 1, refreshFromMs: 1, refreshMs: 86_400_000 }

let operator: TestOperator
let site: Site
beforeAll(async () => {
  operator = await testOperator()
  site = await startClient()
})
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

const startClient = (env: Record<string, string> = {}, kept?: Site) =>
  startSite({
    env: { ...operator.env, LAB: 'on', UID2_HANDOFF: 'client', ...env },
    ...(kept && { dataDir: kept.dataDir, port: kept.port }),
  })

let people = 0
async function consenting(at: Pick<Site, 'origin'> = site) {
  const reader = visitor(at)
  await reader.signIn({ email: `client-edge-${people++}@example.com` })
  return { reader, first: await reader.choose('granted') }
}
const recheck = async (reader: Visitor) =>
  (await (await reader.post('/api/identity', { recheck: true })).json()) as PublicIdentity

describe('under client hand-off, what renews a token', () => {
  it('is on no page without ads, and on none that asks for bids itself (U10, S12)', async () => {
    const { reader } = await consenting()
    for (const path of ['/live/a-lamp-against-winter', '/patterns/server-to-server'])
      for (const answer of [await reader.fetch(path), await payloadOf(reader, path)])
        expect(await answer.text(), path).not.toMatch(secret)
  })

  it('goes to no reader who denied: by signal, by choice, by withdrawal, after the session', async () => {
    const { reader } = await consenting()
    const gpc = { headers: { 'sec-gpc': '1' } }
    const texts = [await (await reader.fetch('/api/identity', gpc)).text()]
    const other = (await consenting()).reader
    const before = other.twin()
    texts.push(JSON.stringify(await other.choose('denied')))
    const third = (await consenting()).reader
    const gdpr = await third.post('/api/identity', { signals: { gdprApplies: true } })
    texts.push(await gdpr.text())
    const fourth = (await consenting()).reader
    const stolen = fourth.twin()
    await fourth.signOut()
    for (const late of [before, third, stolen]) {
      texts.push(JSON.stringify(await late.identity()), JSON.stringify(await recheck(late)))
      texts.push(await (await late.fetch(live)).text(), await (await payloadOf(late, live)).text())
    }
    for (const text of texts) expect(text).not.toMatch(secret)
    expect((await operator.calls()).refresh).toBe(0)
  })

  it('goes to no control reader, whom the server renews for (K1)', async () => {
    const held = await startClient({ HOLDOUT_PERCENT: '100', HOLDOUT_SALT: 'autumn of the moth' })
    const { reader, first } = await consenting(held)
    expect(first).toMatchObject({ status: 'withheld', bucket: 'control' })
    const texts = [JSON.stringify(await reader.ensure()), JSON.stringify(await recheck(reader))]
    texts.push(await (await reader.fetch(live)).text(), await (await payloadOf(reader, live)).text())
    for (const text of [JSON.stringify(first), ...texts]) expect(text).not.toMatch(secret)
    expect((await operator.calls()).refresh).toBeGreaterThanOrEqual(2)
    await held.stop()
  })
})

describe('under client hand-off', () => {
  it('fifty requests at once for an expired identity make one call', async () => {
    await operator.set({ lifetimes: expiring })
    const { reader } = await consenting()
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', latencyMs: 300 }] })
    const twins = Array.from({ length: 50 }, () => reader.twin())
    const answers = await Promise.all(
      twins.map((twin, index) => (index % 5 === 0 ? twin.ensure() : twin.identity())),
    )
    expect(
      new Set(answers.map((it) => ('advertisingToken' in it ? it.advertisingToken : it.status))).size,
    ).toBe(1)
    expect(answers[0]).toMatchObject({ status: 'available' })
    expect((await operator.calls()).refresh).toBe(1)
  })

  it('asked to look again, it hands nothing out while the operator does not answer, and forgets nothing (U11)', async () => {
    const { reader } = await consenting()
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', status: 500 }] })
    const unheard = { status: 'unavailable', reason: 'operator', now: expect.any(Number) }
    // The second is within the pause after a failure, in which the operator is not called.
    expect([await recheck(reader), await recheck(reader)]).toEqual([unheard, unheard])
    expect((await operator.calls()).refresh).toBe(1)
    expect(reader.jar.has('uid2')).toBe(true)
  })

  it('asked to look again and again, it is limited', async () => {
    const { reader } = await consenting()
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => reader.twin().post('/api/identity', { recheck: true })),
    )
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(10)
    expect((await operator.calls()).refresh).toBeLessThanOrEqual(30)
  })
})

describe('a deployment that changes its hand-off', () => {
  let changing: Site
  afterEach(() => changing.stop())

  it('serves the cookies that it finds, wherever the refresh runs, in full or in part', async () => {
    changing = await startSite({ env: operator.env })
    const { reader, first } = await consenting(changing)
    expect(JSON.stringify(first)).not.toMatch(secret)
    await changing.stop()
    changing = await startClient({}, changing)
    await operator.set({ lifetimes: dueAtOnce })
    const kept = await reader.identity()
    expect(kept).toMatchObject({ status: 'available', identity: { refresh_token: expect.any(String) } })
    expect((await operator.calls()).refresh).toBe(0)
    await changing.stop()
    changing = await startSite({ env: operator.env, dataDir: changing.dataDir, port: changing.port })
    const back = await reader.ensure()
    expect(back).toMatchObject({ status: 'available' })
    expect(JSON.stringify(back) + (await (await reader.fetch(live)).text())).not.toMatch(secret)
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: expect.any(Number) })
    expect((await operator.calls()).refresh).toBeGreaterThan(0)
  })
})
