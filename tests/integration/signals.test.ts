import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestOperator, testOperator } from '../support/operator.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

let operator: TestOperator
let site: Site

beforeAll(async () => {
  operator = await testOperator()
  site = await startSite({ env: operator.env })
})
beforeEach(() => operator.set({}))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

async function consenting(email: string) {
  const reader = visitor(site)
  await reader.signIn({ email })
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  return reader
}

const post = async (reader: ReturnType<typeof visitor>, body: unknown) =>
  (await reader.post('/api/identity', body)).json()

describe('recheck', () => {
  it('asks the operator once though nothing is due, and records the opt-out that it hears', async () => {
    const reader = await consenting('recheck@example.com')
    await operator.set({ faults: [{ on: 'refresh', kind: 'optout', times: 1 }] })
    expect(await post(reader, {})).toMatchObject({ status: 'available' })
    expect((await operator.calls()).refresh).toBe(0)
    expect(await post(reader, { recheck: true })).toMatchObject({ status: 'opted_out' })
    expect((await operator.calls()).refresh).toBe(1)
    expect(await reader.identity()).toMatchObject({ status: 'opted_out' })
    expect(await reader.choose('granted')).toMatchObject({ status: 'opted_out' })
    expect((await operator.calls()).generate).toBe(0)
  })
})

describe('signals of a consent platform', () => {
  it('U9: UID2 is refused where GDPR applies, without a call, and returns when it no longer does', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'gdpr@example.com' })
    const answer = await reader.post('/api/choice', {
      advertising: 'granted',
      signals: { gdprApplies: true },
    })
    expect(await answer.json()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
    expect(await reader.ensure()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
    expect((await operator.calls()).generate).toBe(0)
    expect(await post(reader, { signals: { gdprApplies: false } })).toMatchObject({ status: 'available' })
  })

  it('never stand for a yes', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'signals-only@example.com' })
    expect(await post(reader, { signals: { gdprApplies: false } })).toMatchObject({ status: 'no_choice' })
    await reader.choose('denied')
    expect(await post(reader, { signals: { gpp: 'DBAA' } })).toMatchObject({ status: 'denied' })
    expect((await operator.calls()).generate).toBe(0)
  })
})

describe('EUID', () => {
  const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'
  const withoutPurpose1 = 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA'

  it('U9: runs only with a consent string, sends it, and takes the operator’s no for a state', async () => {
    const euidOperator = await testOperator('euid')
    const euid = await startSite({ env: { ...euidOperator.env, UID2_PRODUCT: 'euid' } })
    const reader = visitor(euid)
    await reader.signIn({ email: 'euid@example.com' })
    expect(await reader.choose('granted')).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect((await euidOperator.calls()).generate).toBe(0)
    const answers = [withoutPurpose1, sufficient].map((tcf) => ({ signals: { tcf } }))
    expect(await post(reader, answers[0])).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect(await post(reader, answers[1])).toMatchObject({ status: 'available', source: 'euid.eu' })
    expect((await euidOperator.calls()).generate).toBe(2)
    expect([...reader.jar.keys()]).toContain('euid')
    await euid.stop()
    await euidOperator.close()
  })
})
