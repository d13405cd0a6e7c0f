import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { choiceForm, sendForm } from '../support/forms.ts'
import { gppOf } from '../support/gpp.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { gppWith, tcfOf } from '../support/tcf.ts'

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

  it('never count as a consent', async () => {
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

  it('comes with a consent, and stops it before any call', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'gpp-yes@example.com' })
    const signals = gpp('usca', { SharingOptOut: 1 })
    const answer = await reader.post('/api/choice', { advertising: 'granted', signals })
    expect(await answer.json()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect((await operator.calls()).generate).toBe(0)
  })

  it('K6d: comes with the form of the choice page; nonsense in that field is a denial, and loses no answer', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'gpp-form@example.com' })
    const headers = { origin: site.origin, 'sec-fetch-site': 'same-origin' }
    const form = await choiceForm(reader, 'granted')
    const send = async (signals: string) => {
      form.fields.set('signals', signals)
      expect((await sendForm(reader, form, headers)).status).toBe(303)
    }
    await send(JSON.stringify(gpp('ustx', { TargetedAdvertisingOptOut: 1 })))
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect((await operator.calls()).generate).toBe(0)
    for (const nonsense of ['{', '[]', '{"tcf":1}', JSON.stringify({ gpp: 'x'.repeat(40_000) })]) {
      await send(JSON.stringify(gpp('ustx', {})))
      expect(await reader.identity()).toMatchObject({ status: 'available' })
      await send(nonsense)
      expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
      expect(reader.jar.has('uid2')).toBe(false)
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

describe('K6d: what cannot be read', () => {
  it.each([{ tcf: `${sufficient}==` }, { gdprApplies: 1 }, { gpp: 'DBAA', gppSid: ['7'] }, 'CP', null])(
    'is a withdrawal, and never refused: %j',
    async (signals) => {
      const reader = await consenting('unreadable@example.com')
      const answer = await reader.post('/api/identity', { signals })
      expect(answer.status).toBe(200)
      expect(await answer.json()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
      expect(reader.jar.has('uid2')).toBe(false)
      expect(await post(reader, { signals: { gdprApplies: false } })).toMatchObject({ status: 'available' })
    },
  )

  it.each([
    ['signals of no use', 200, { advertising: 'denied', signals: { tcf: 'x'.repeat(50_000) } }],
    ['another member', 422, { advertising: 'denied', marketing: true }],
    ['words that are none', 422, { advertising: 'denied', wording: 7 }],
    ['more than is read', 413, { advertising: 'denied', signals: { tcf: 'x'.repeat(200_000) } }],
    ['half a body', 400, '{"advertising":"denied","signals":{"tcf":"C'],
  ])('takes nothing from a denial: %s, %i', async (_, status, body) => {
    const reader = await consenting('unreadable-no@example.com')
    expect((await reader.post('/api/choice', body)).status).toBe(status)
    expect(reader.jar.has('uid2')).toBe(false)
    const again = visitor(site)
    await again.signIn({ email: 'unreadable-no@example.com' })
    // The signals may say no as well.
    await post(again, { signals: { gdprApplies: false } })
    expect(await again.ensure()).toMatchObject({ status: 'denied' })
  })

  it('from another site is ignored', async () => {
    const reader = await consenting('unreadable-far@example.com')
    const far = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await reader.post('/api/choice', { advertising: 'denied', x: 1 }, far)).status).toBe(403)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })

  it('takes nothing from a withdrawal: it counts beside another fault, and gives nothing back', async () => {
    const reader = await consenting('unreadable-api@example.com')
    const refused = (body: object | string) => reader.post('/api/identity', body)
    expect((await refused({ recheck: 1, signals: gpp('usnat', { SaleOptOut: 1 }) })).status).toBe(422)
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect((await refused({ recheck: 1, signals: gpp('usnat') })).status).toBe(422)
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect(await post(reader, { signals: gpp('usnat') })).toMatchObject({ status: 'available' })
    expect((await refused({ signals: { tcf: 'x'.repeat(200_000) } })).status).toBe(413)
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
  })

  it('takes nothing from a form that says no, however long it is', async () => {
    const reader = await consenting('unreadable-form@example.com')
    const body = `advertising=denied&signals=${'x'.repeat(200_000)}`
    const headers = { origin: site.origin, 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await reader.fetch('/api/forms/choice', { method: 'POST', body, headers })
    expect(answer.status).toBe(413)
    expect(reader.jar.has('uid2')).toBe(false)
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
  })

  it('leaves room for the largest strings of 2026, also in the form', async () => {
    const reader = await consenting('largest@example.com')
    const largest = tcfOf({ restricted: 11 })
    const signals = { tcf: largest, gdprApplies: false, gpp: gppWith(largest), gppSid: [7] }
    expect(await post(reader, { signals })).toMatchObject({ status: 'available' })
    const form = await choiceForm(reader, 'granted')
    form.fields.set('signals', JSON.stringify(signals))
    expect((await sendForm(reader, form, { origin: site.origin })).status).toBe(303)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })
})

describe('the consent string in the CMP’s own cookie', () => {
  it.each([`"${sufficient}"`, `${sufficient}==`, '%', '', `${sufficient}; euconsent-v2=%E0%A4%A`])(
    'K6d: that cannot be read is a denial, whatever was told before: %s',
    async (value) => {
      const reader = await consenting('tcf-broken@example.com')
      expect(await post(reader, { signals: { gdprApplies: false } })).toMatchObject({ status: 'available' })
      reader.jar.set('euconsent-v2', value)
      const page = await (await reader.twin().fetch('/live/what-lighthouses-measured')).text()
      expect(page).toContain('data-uid2-status="unsupported"')
      expect(page).not.toContain('advertisingToken')
      const { jar } = reader.twin()
      const twin = visitor(site, jar)
      expect(await twin.identity()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
      expect(twin.jar.has('uid2')).toBe(false)
    },
  )

  it('K6d: reaches the page as it was sent when the proxy writes a cookie of ours', async () => {
    await operator.set({ lifetimes: dueAtOnce })
    const reader = await consenting('tcf-behind-proxy@example.com')
    reader.jar.set('euconsent-v2', `${sufficient}; euconsent-v2="x"`)
    const answer = await reader.fetch('/live/what-lighthouses-measured')
    expect(reader.jar.has('uid2')).toBe(false)
    const page = await answer.text()
    expect(page).toContain('data-uid2-status="unsupported"')
  })

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
