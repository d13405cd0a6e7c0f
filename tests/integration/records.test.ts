import { beforeEach, describe, expect, it } from 'vitest'
import { formOn, sendForm } from '../support/forms.ts'
import { identityCookie } from '../support/publication.ts'
import { signedIn, type Visitor, visitor, withToken } from '../support/reader.ts'
import { siteWithOperator } from '../support/shared-site.ts'

const { site, operator } = await siteWithOperator()
beforeEach(() => operator.set({}))

const privacy = async (reader: Visitor) => (await reader.fetch('/privacy')).text()

/** As a browser without script would: the form's answer leads back to the page. */
async function deleteRecords(reader: Visitor, headers: Record<string, string> = { origin: site.origin }) {
  return sendForm(reader, await formOn(reader, '/privacy', 'Delete my records'), headers)
}

describe('the privacy page', () => {
  it('shows every answer with its words, day and source, newest first', async () => {
    const reader = await signedIn(site)
    expect(await privacy(reader)).toContain('Nothing is on record')
    await reader.choose('granted')
    await reader.post('/api/choice', { advertising: 'denied', wording: 'Darf die App …?' })
    const page = await privacy(reader)
    expect(page.match(/<strong>(Yes|No|Opted out[^<]*)<\/strong>/g)).toEqual([
      '<strong>Opted out of this site, until you say yes.</strong>',
      '<strong>No</strong>',
      '<strong>Yes</strong>',
    ])
    expect(page).toContain('Darf die App …?')
    expect(page).toContain('May we use your e-mail address or phone number for ads?')
    expect(page).toMatch(/<time[^>]* dateTime="\d{4}-\d\d-\d\dT/i)
  })

  it('shows each denial, also one that other words were shown for while the first is in force', async () => {
    const reader = await signedIn(site)
    await reader.choose('denied')
    await reader.choose('denied')
    await reader.post('/api/choice', { advertising: 'denied', wording: 'May our app use it?' })
    expect((await privacy(reader)).match(/<strong>No<\/strong>/g)).toHaveLength(2)
  })

  it('shows no other reader’s, and nothing when signed out', async () => {
    const reader = await signedIn(site)
    expect(await privacy(reader)).not.toContain('Darf die App')
    expect(await privacy(visitor(site))).not.toContain('What is on record about you')
  })
})

describe('“Delete my records”', () => {
  it('ends a consent with its token, in other browsers too, and the question is asked again', async () => {
    const reader = await withToken(site)
    await reader.post('/api/identity', { signals: { gpp: 'DBAA', gppSid: [] } })
    const twin = reader.twin()
    const answer = await deleteRecords(reader)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toContain('/privacy?deleted=done')
    expect(reader.jar.has(identityCookie)).toBe(false)
    for (const each of [reader, twin]) expect(await each.ensure()).toMatchObject({ status: 'no_choice' })
    expect(twin.jar.has(identityCookie)).toBe(false)
    expect(await privacy(reader)).toContain('Nothing is on record')
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  })

  it('leaves no earlier cookie that a later consent would bring back', async () => {
    const reader = await withToken(site)
    const before = reader.twin()
    await deleteRecords(reader)
    await reader.choose('granted')
    expect(await before.identity()).toMatchObject({ status: 'refreshing' })
  })

  it('keeps an opt-out from this site: its kind and date are all that is left', async () => {
    const reader = await withToken(site)
    await reader.choose('denied')
    const answer = await deleteRecords(reader)
    expect(answer.status).toBe(303)
    expect(await reader.ensure()).toMatchObject({ status: 'denied' })
    const page = await privacy(reader)
    expect(page).toContain('Opted out of this site')
    expect(page).not.toContain('The words that you answered')
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  })

  it('keeps an opt-out that UID2 told, and nothing undoes it (U3)', async () => {
    const reader = await signedIn(site, 'optout@example.com')
    await reader.choose('granted')
    expect(await reader.identity()).toMatchObject({ status: 'opted_out' })
    await deleteRecords(reader)
    expect(await privacy(reader)).toContain('Opted out at UID2; they told us.')
    expect(await reader.choose('granted')).toMatchObject({ status: 'opted_out' })
    expect((await operator.calls()).generate).toBe(1)
  })

  it('is for the reader only: not from another site, not signed out', async () => {
    const reader = await withToken(site)
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await deleteRecords(reader, foreign)).status).toBe(403)
    expect(await reader.identity()).toMatchObject({ status: 'available' })
    const form = await formOn(reader, '/privacy', 'Delete my records')
    const answer = await sendForm(visitor(site), form, { origin: site.origin })
    expect(answer.headers.get('location')).toContain('/sign-in')
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })
})
