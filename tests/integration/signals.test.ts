import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { choiceForm, sendForm } from '../support/forms.ts'
import { gppOf } from '../support/gpp.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'
const withoutPurpose1 = 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA'
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

const gpp = (...asked: Parameters<typeof gppOf>) => {
  const { gpp, gppSid } = gppOf(...asked)
  return { gpp, gppSid }
}

describe('GPP', () => {
  it('an opt-out in the section that applies takes the token, the cookie and the renewal; its end gives them back', async () => {
    const reader = await consenting('gpp@example.com')
    const twin = reader.twin()
    await operator.set({ lifetimes: dueAtOnce })
    const out = { signals: gpp('usnat', { SaleOptOut: 1 }) }
    expect(await post(reader, out)).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect(reader.jar.has('uid2')).toBe(false)
    expect(await twin.identity()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
    const back = { signals: gpp('usnat', {}) }
    expect(await post(reader, back)).toMatchObject({ status: 'available' })
  })

  it('comes with a yes, and stops it before any call', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'gpp-yes@example.com' })
    const signals = gpp('usca', { SharingOptOut: 1 })
    const answer = await reader.post('/api/choice', { advertising: 'granted', signals })
    expect(await answer.json()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect((await operator.calls()).generate).toBe(0)
  })

  it('comes with the form of the choice page; nonsense in that field is no signal and loses no answer', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'gpp-form@example.com' })
    const headers = { origin: site.origin, 'sec-fetch-site': 'same-origin' }
    const send = async (signals: string) => {
      const form = await choiceForm(reader, 'granted')
      form.fields.set('signals', signals)
      expect((await sendForm(reader, form, headers)).status).toBe(303)
    }
    await send(JSON.stringify(gpp('ustx', { TargetedAdvertisingOptOut: 1 })))
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect((await operator.calls()).generate).toBe(0)
    await send(JSON.stringify(gpp('ustx', {})))
    expect(await reader.identity()).toMatchObject({ status: 'available' })
    for (const nonsense of ['{', '[]', '{"tcf":1}', JSON.stringify({ gpp: 'x'.repeat(5000) })]) {
      await send(nonsense)
      expect(await reader.identity()).toMatchObject({ status: 'available' })
    }
  })
})

describe('too many requests', () => {
  it('K6: a withdrawal counts though it is one too many; what would allow more does not', async () => {
    const reader = await consenting('signals-many@example.com')
    const other = visitor(site, new Map(reader.jar))
    const statuses = await Promise.all(
      Array.from({ length: 40 }, () => other.post('/api/identity').then(({ status }) => status)),
    )
    expect(statuses).toContain(429)
    const send = (signals: object) => other.post('/api/identity', { signals })
    expect((await send(gpp('usnat', { SaleOptOut: 1 }))).status).toBe(429)
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect((await send(gpp('usnat'))).status).toBe(429)
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'consent' })
  })
})

describe('the consent string in the CMP’s own cookie', () => {
  it('tells a UID2 site that GDPR applies, unless the CMP says that it does not', async () => {
    const reader = await consenting('tcf-cookie@example.com')
    reader.jar.set('euconsent-v2', sufficient)
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
    expect(reader.jar.has('uid2')).toBe(false)
    expect(await post(reader, { signals: { gdprApplies: false } })).toMatchObject({ status: 'available' })
  })
})

describe('EUID', () => {
  let euidOperator: TestOperator
  let euid: Site
  beforeAll(async () => {
    euidOperator = await testOperator('euid')
    euid = await startSite({ env: { ...euidOperator.env, UID2_PRODUCT: 'euid' } })
  })
  beforeEach(() => euidOperator.set({}))
  afterAll(async () => {
    await euid.stop()
    await euidOperator.close()
  })

  it('U9: runs only with a consent string that has its purposes, and no call is made without', async () => {
    const reader = visitor(euid)
    await reader.signIn({ email: 'euid@example.com' })
    expect(await reader.choose('granted')).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect((await euidOperator.calls()).generate).toBe(0)
    const unreadable = [`B${sufficient.slice(1)}`, `D${sufficient.slice(1)}`, sufficient.slice(0, -2)]
    for (const tcf of [withoutPurpose1, 'invalid_consent_string', ...unreadable])
      expect(await post(reader, { signals: { tcf } })).toMatchObject({ reason: 'consent' })
    expect((await euidOperator.calls()).generate).toBe(0)
    const signals = { tcf: sufficient, gdprApplies: true }
    expect(await post(reader, { signals })).toMatchObject({ status: 'available', source: 'euid.eu' })
    expect((await euidOperator.calls()).generate).toBe(1)
    expect([...reader.jar.keys()]).toContain('euid')
  })

  it('U9: by cookie, without any script; as soon as a purpose is gone, so is the token', async () => {
    const reader = visitor(euid)
    await reader.signIn({ email: 'euid-cookie@example.com' })
    reader.jar.set('euconsent-v2', sufficient)
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
    reader.jar.set('euconsent-v2', withoutPurpose1)
    const page = await (await reader.fetch('/live/what-lighthouses-measured')).text()
    expect(page).toContain('data-uid2-status="unsupported"')
    expect(page).not.toContain('advertisingToken')
    expect(reader.jar.has('euid')).toBe(false)
    expect(await reader.ensure()).toMatchObject({ status: 'unsupported', reason: 'consent' })
  })

  it('asks in its own name, and the question is on record in those words', async () => {
    const reader = visitor(euid)
    await reader.signIn({ email: 'euid-words@example.com' })
    const question = await (await reader.fetch('/choice')).text()
    expect(question).toContain('the EUID service')
    expect(question).not.toMatch(/UID2 service|transparentadvertising\.com/)
    await reader.choose('denied')
    const privacy = await (await reader.fetch('/privacy')).text()
    expect(privacy).toContain('advertisers who use EUID')
    expect(privacy).toContain('https://www.transparentadvertising.eu/')
  })
})
