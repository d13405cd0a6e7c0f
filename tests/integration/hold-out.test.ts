import { unsealData } from 'iron-session'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { payloadOf } from '../support/crawl.ts'
import { choiceForm, sendForm } from '../support/forms.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

const password = 'hold-out-session-password'.padEnd(40, '.')
const live = '/live/what-lighthouses-measured'
const salt = { HOLDOUT_SALT: 'autumn of the moth', SESSION_PASSWORD: password }
const control = { status: 'withheld', bucket: 'control' }

let operator: TestOperator
beforeAll(async () => {
  operator = await testOperator()
})
beforeEach(() => operator.set({}))
afterAll(() => operator.close())

/** The token that is kept for the reader. */
async function sealedToken(reader: Visitor): Promise<string> {
  const sealed = await unsealData<{ identity: Record<string, string> }>(reader.jar.get('uid2') ?? '', {
    password,
  })
  return sealed.identity.advertising_token ?? ''
}

describe.each(['server', 'client'])('K1: a control reader, by %s hand-off', (handoff) => {
  let site: Site
  beforeAll(async () => {
    const env = { ...operator.env, ...salt, HOLDOUT_PERCENT: '100', UID2_HANDOFF: handoff }
    site = await startSite({ env })
  })
  afterAll(() => site.stop())

  let people = 0
  async function withheld() {
    const reader = visitor(site)
    await reader.signIn({ email: `control-${people++}@example.com` })
    const first = await reader.choose('granted')
    return { reader, first }
  }

  it('costs the one generate that all readers cost, and is told the group and the moment of renewal', async () => {
    const { reader, first } = await withheld()
    const { now, ...told } = first
    expect(told).toEqual({ ...control, refreshFrom: expect.any(Number) })
    expect(first).toMatchObject({ refreshFrom: expect.toSatisfy((at: number) => at > now) })
    for (const ask of [reader.identity, reader.ensure]) expect(await ask()).toMatchObject(control)
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
  })

  it('is sent no byte of a token: not by API, page or payload', async () => {
    const { reader, first } = await withheld()
    const token = await sealedToken(reader)
    expect(token.length).toBeGreaterThan(100)
    const answers = [
      await reader.fetch('/api/identity'),
      await reader.post('/api/identity'),
      await reader.post('/api/choice', { advertising: 'granted' }),
      ...(await Promise.all([live, '/', '/choice', '/privacy'].map((path) => reader.fetch(path)))),
      await payloadOf(reader, live),
      await sendForm(reader, await choiceForm(reader, 'granted'), { origin: site.origin }),
    ]
    const texts = await Promise.all(
      answers.map(async (it) => `${JSON.stringify([...it.headers])}${await it.text()}`),
    )
    expect(texts[3]).toContain('data-uid2-status="withheld"')
    for (const text of [JSON.stringify(first), ...texts]) {
      expect(text).not.toContain(token)
      expect(text).not.toMatch(/advertising_?token|refresh_?token|response_?key/i)
    }
  })

  it('is renewed by the server: by a page, behind it, and by a POST', async () => {
    await operator.set({ lifetimes: dueAtOnce })
    const { reader } = await withheld()
    const tokens = [await sealedToken(reader)]
    await reader.fetch('/privacy')
    await until(async () => {
      await reader.fetch('/privacy')
      return (await sealedToken(reader)) !== tokens[0]
    })
    tokens.push(await sealedToken(reader))
    expect(await reader.ensure()).toMatchObject(control)
    tokens.push(await sealedToken(reader))
    expect(new Set(tokens).size).toBe(3)
    expect((await operator.calls()).refresh).toBeGreaterThan(1)
  })

  it('is told when UID2 reports an opt-out', async () => {
    await operator.set({ lifetimes: dueAtOnce })
    const { reader } = await withheld()
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout' }] })
    const answer = await reader.ensure()
    expect(answer).toEqual({ status: 'opted_out', now: expect.any(Number) })
    expect(reader.jar.has('uid2')).toBe(false)
    expect(await reader.choose('granted')).toMatchObject({ status: 'opted_out' })
    expect((await operator.calls()).generate).toBe(0)
  })

  it('returns the group also without a token, and none after a denial', async () => {
    await operator.set({ faults: [{ on: 'generate', status: 500 }] })
    const { reader, first } = await withheld()
    const { now: _, ...told } = first
    expect(told).toEqual({ status: 'unavailable', reason: 'operator', bucket: 'control' })
    expect(await reader.choose('denied')).toEqual({ status: 'denied', now: expect.any(Number) })
  })

  it('is the same on another device, in another account, after signing out', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'two.devices@example.com' })
    await reader.choose('granted')
    await reader.signOut()
    for (const browser of [reader, visitor(site)]) {
      await browser.signIn({ email: 'Two.Devices@example.com' })
      expect(await browser.ensure()).toMatchObject(control)
    }
  })
})

describe('K1: the share that is held out', () => {
  it('at 0 has no readers; raised, it withholds the token at the reader’s next request; lowered, it returns it', async () => {
    const at = (percent: string, kept: Partial<Site> = {}) =>
      startSite({
        env: { ...operator.env, ...salt, HOLDOUT_PERCENT: percent },
        ...(kept.dataDir && { dataDir: kept.dataDir }),
        ...(kept.port && { port: kept.port }),
      })
    let site = await at('0')
    const reader = visitor(site)
    await reader.signIn({ email: 'raised@example.com' })
    const given = [await reader.choose('granted'), await reader.identity(), await reader.ensure()]
    for (const answer of given) expect(answer).toMatchObject({ status: 'available' })
    const page = await (await reader.fetch(live)).text()
    expect(JSON.stringify(given) + page).not.toMatch(/bucket/)
    const token = await sealedToken(reader)
    expect(page).toContain(token)
    for (const [percent, expected] of [
      ['100', control],
      ['0', { status: 'available', advertisingToken: token }],
    ] as const) {
      await site.stop()
      site = await at(percent, site)
      expect(await reader.identity()).toMatchObject(expected)
      expect((await (await reader.fetch(live)).text()).includes(token)).toBe(percent === '0')
      expect(await sealedToken(reader)).toBe(token)
    }
    await site.stop()
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
  })

  it('is returned to all who may have a token, and to no one else', async () => {
    const site = await startSite({ env: { ...operator.env, ...salt, HOLDOUT_PERCENT: '50' } })
    const buckets = new Set<unknown>()
    for (let i = 0; buckets.size < 2; i++) {
      const reader = visitor(site)
      expect(await reader.identity()).not.toHaveProperty('bucket')
      await reader.signIn({ email: `half-${i}@example.com` })
      expect(await reader.ensure()).not.toHaveProperty('bucket')
      const answer = (await reader.choose('granted')) as { status: string; bucket?: unknown }
      expect(answer).toMatchObject(
        answer.status === 'withheld' ? control : { status: 'available', bucket: 'treatment' },
      )
      buckets.add(answer.bucket)
    }
    await site.stop()
  })
})
