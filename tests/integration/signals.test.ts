import { beforeEach, describe, expect, it } from 'vitest'
import { choiceForm, sendForm } from '../support/forms.ts'
import { gppOf } from '../support/gpp.ts'
import { dueAtOnce } from '../support/operator.ts'
import { identityCookie, livePage } from '../support/publication.ts'
import { sameOrigin, signedIn, statusOn, type Visitor, withToken } from '../support/reader.ts'
import { siteWithOperator } from '../support/shared-site.ts'
import { gppWith, tcfOf } from '../support/tcf.ts'

const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'
const { site, operator } = await siteWithOperator()
beforeEach(() => operator.set({}))

const post = async (reader: Visitor, body: unknown) => (await reader.post('/api/identity', body)).json()
const usnat = (fields: Parameters<typeof gppOf>[1]) => {
  const { gpp, gppSid } = gppOf('usnat', fields)
  return { gpp, gppSid }
}

describe('signals of a consent platform', () => {
  it('that withdraw take the token and the cookie, in every browser; their end gives them back (U9)', async () => {
    const reader = await withToken(site)
    const twin = reader.twin()
    await operator.set({ lifetimes: dueAtOnce })
    const signals = usnat({ SaleOptOut: 1 })
    const refused = { status: 'unsupported', reason: 'consent' }
    expect(await post(reader, { signals })).toMatchObject(refused)
    expect(reader.jar.has(identityCookie)).toBe(false)
    expect(await twin.identity()).toMatchObject(refused)
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
    expect(await post(reader, { signals: usnat({}) })).toMatchObject({ status: 'available' })
  })

  it('that name GDPR stop UID2 before any call (U9)', async () => {
    const reader = await signedIn(site)
    const body = { advertising: 'granted', signals: { gdprApplies: true } }
    const answer = await reader.post('/api/choice', body)
    expect(await answer.json()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
    expect(await reader.ensure()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
    expect((await operator.calls()).generate).toBe(0)
    expect(await post(reader, { signals: { gdprApplies: false } })).toMatchObject({ status: 'available' })
  })
})

describe('the signals of a form', () => {
  const send = async (reader: Visitor, signals: string) => {
    const form = await choiceForm(reader, 'granted')
    form.fields.set('signals', signals)
    expect((await sendForm(reader, form, sameOrigin(site))).status).toBe(303)
  }

  it('count like those of the API; a field that cannot be read is a denial, and loses no answer (K6d)', async () => {
    const reader = await signedIn(site)
    await send(reader, JSON.stringify(usnat({ SaleOptOut: 1 })))
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'consent' })
    expect((await operator.calls()).generate).toBe(0)
    await send(reader, JSON.stringify(usnat({})))
    expect(await reader.identity()).toMatchObject({ status: 'available' })
    await send(reader, '{')
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
    expect(reader.jar.has(identityCookie)).toBe(false)
  })

  it('may be the largest strings of 2026 (K6d)', async () => {
    const largest = tcfOf({ restricted: 11 })
    const signals = { tcf: largest, gdprApplies: false, gpp: gppWith(largest), gppSid: [7] }
    const reader = await withToken(site)
    expect(await post(reader, { signals })).toMatchObject({ status: 'available' })
    await send(reader, JSON.stringify(signals))
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })

  it('take nothing from a form that denies, however long it is (K6d)', async () => {
    const reader = await withToken(site)
    const body = `advertising=denied&signals=${'x'.repeat(200_000)}`
    const headers = { origin: site.origin, 'content-type': 'application/x-www-form-urlencoded' }
    expect((await reader.fetch('/api/forms/choice', { method: 'POST', body, headers })).status).toBe(413)
    expect(reader.jar.has(identityCookie)).toBe(false)
    expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
  })
})

describe('the consent string in the CMP’s own cookie', () => {
  it.each([`"${sufficient}"`, '%', '', `${sufficient}; euconsent-v2=%E0%A4%A`])(
    'that cannot be read is a denial for page and API, whatever was told before: %s (K6d)',
    async (value) => {
      const reader = await withToken(site)
      await post(reader, { signals: { gdprApplies: false } })
      reader.jar.set('euconsent-v2', value)
      const page = await (await reader.twin().fetch(livePage)).text()
      expect(page).toContain('data-uid2-status="unsupported"')
      expect(page).not.toContain('advertisingToken')
      expect(await reader.identity()).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
      expect(reader.jar.has(identityCookie)).toBe(false)
    },
  )

  it('reaches the page as it was sent when the proxy writes a cookie of ours (K6d)', async () => {
    await operator.set({ lifetimes: dueAtOnce })
    const reader = await withToken(site)
    reader.jar.set('euconsent-v2', `${sufficient}; euconsent-v2="x"`)
    expect(await statusOn(reader, livePage)).toBe('unsupported')
    expect(reader.jar.has(identityCookie)).toBe(false)
  })
})
