import { afterAll, beforeEach, expect, it } from 'vitest'
import { payloadOf } from '../support/crawl.ts'
import { testOperator } from '../support/operator.ts'
import { livePage } from '../support/publication.ts'
import { signedIn, type Visitor } from '../support/reader.ts'
import { startSite } from '../support/site.ts'

const tcf = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'
const withoutPurpose1 = 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA'

const operator = await testOperator('euid')
const site = await startSite({
  env: { ...operator.env, UID2_PRODUCT: 'euid', UID2_HANDOFF: 'client', REGION_HEADER: 'X-Country' },
})
beforeEach(() => operator.set({}))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

/** This reader, whose requests now come from this country. */
function from(country: string, reader: Visitor): Visitor {
  const headers = { 'x-country': country }
  return {
    ...reader,
    fetch: (path, init) => reader.fetch(path, { ...init, headers: { ...init?.headers, ...headers } }),
    post: (path, body) => reader.post(path, body, headers),
  }
}
const readerIn = async (country: string) => from(country, await signedIn(site))
const post = async (reader: Visitor, path: string, body: unknown) => (await reader.post(path, body)).json()
const choose = (reader: Visitor, signals?: object) =>
  post(reader, '/api/choice', { advertising: 'granted', ...(signals && { signals }) })

it('EUID runs only with a consent string that has its purposes, and is not called without (U9)', async () => {
  const reader = await readerIn('DE')
  expect(await choose(reader)).toMatchObject({ status: 'unsupported', reason: 'consent' })
  for (const string of [withoutPurpose1, tcf.slice(0, -2)])
    expect(await post(reader, '/api/identity', { signals: { tcf: string } })).toMatchObject({
      reason: 'consent',
    })
  expect((await operator.calls()).generate).toBe(0)
  const signals = { tcf, gdprApplies: true }
  const given = await post(reader, '/api/identity', { signals })
  expect(given).toMatchObject({ status: 'available', source: 'euid.eu', consent: signals })
  expect((await operator.calls()).generate).toBe(1)
  expect([...reader.jar.keys()]).toContain('euid')
  for (const page of [await reader.fetch(livePage), await payloadOf(reader, livePage)])
    expect(await page.text()).toContain(given.identity.refresh_token)
})

it('EUID takes the string of the CMP’s cookie: as soon as a purpose is gone, so is the token (U9)', async () => {
  const reader = await readerIn('FR')
  reader.jar.set('euconsent-v2', tcf)
  expect(await choose(reader)).toMatchObject({ status: 'available' })
  reader.jar.set('euconsent-v2', withoutPurpose1)
  const page = await (await reader.fetch(livePage)).text()
  expect(page).toContain('data-uid2-status="unsupported"')
  expect(page).not.toMatch(/advertisingToken|refresh_token/)
  expect(reader.jar.has('euid')).toBe(false)
})

it('EUID asks in its own name, and the question is on record in those words', async () => {
  const reader = await readerIn('GB')
  const question = await (await reader.fetch('/choice')).text()
  expect(question).toContain('the EUID service')
  expect(question).not.toMatch(/UID2 service|transparentadvertising\.com/)
  await reader.post('/api/choice', { advertising: 'denied' })
  const privacy = await (await reader.fetch('/privacy')).text()
  expect(privacy).toContain('advertisers who use EUID')
  expect(privacy).toContain('https://www.transparentadvertising.eu/')
})

it.each(['US', '', '<script>'])(
  'where EUID does not run, %j, no reader is asked: no call, whatever the reader says (S14)',
  async (country) => {
    const reader = await readerIn(country)
    const refused = { status: 'unsupported', reason: 'region' }
    expect(await choose(reader, { tcf })).toMatchObject(refused)
    const page = await (await reader.fetch('/choice')).text()
    expect(page).toContain('data-uid2-status="unsupported"')
    expect(page).not.toContain('Yes, use it for ads')
    expect((await operator.calls()).generate).toBe(0)
  },
)

it('a reader who travels loses the token where EUID does not run, and has one again at home (S14)', async () => {
  const reader = await signedIn(site)
  const [home, away] = [from('DE', reader), from('US', reader)]
  expect(await choose(home, { tcf })).toMatchObject({ status: 'available' })
  const page = await (await away.fetch(livePage)).text()
  expect(page).toContain('data-uid2-status="unsupported"')
  expect(page).not.toMatch(/advertisingToken|refresh_token/)
  expect(reader.jar.has('euid')).toBe(false)
  expect(await post(home, '/api/identity', {})).toMatchObject({ status: 'available' })
})
