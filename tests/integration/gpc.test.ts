import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { choiceForm, sendForm } from '../support/forms.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const gpc = { 'sec-gpc': '1' }
let operator: TestOperator
beforeAll(async () => {
  operator = await testOperator()
})
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(() => operator.close())

let site: Site
const startWith = (env: Record<string, string>) => async () => {
  site = await startSite({ env: { ...operator.env, ...env } })
}
let readers = 0
async function consenting(form?: { email: string }): Promise<Visitor> {
  const reader = visitor(site)
  await reader.signIn(form ?? { email: `gpc-${readers++}@example.com` })
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  await operator.set({ lifetimes: dueAtOnce })
  return reader
}
const json = async (answer: Promise<Response>) => (await (await answer).json()) as PublicIdentity
const get = (reader: Visitor, headers: Record<string, string> = gpc) =>
  json(reader.fetch('/api/identity', { headers }))
const post = (reader: Visitor, body?: unknown) => json(reader.post('/api/identity', body, gpc))
const html = async (reader: Visitor, path: string, headers = gpc as Record<string, string>) =>
  (await reader.fetch(path, { headers })).text()

describe('S7: Global Privacy Control under GPC_SCOPE=account', () => {
  beforeAll(startWith({}))
  afterAll(() => site.stop())

  it.each<[string, (reader: Visitor) => Promise<unknown>]>([
    ['GET /api/identity', (reader) => get(reader)],
    ['POST /api/identity', (reader) => post(reader)],
    ['a static page, by way of the proxy', (reader) => html(reader, '/')],
    ['a dynamic page', (reader) => html(reader, '/live/what-lighthouses-measured')],
    ['the privacy page', (reader) => html(reader, '/privacy')],
  ])('is this reader’s opt-out as soon as %s carries it: no call, no token, no cookie', async (_, ask) => {
    const reader = await consenting()
    const elsewhere = reader.twin()
    await ask(reader)
    expect(reader.jar.has('uid2')).toBe(false)
    for (const each of [reader, elsewhere]) {
      expect(await get(each)).toMatchObject({ status: 'gpc' })
      expect(await each.ensure()).toMatchObject({ status: 'denied' })
    }
    expect(elsewhere.jar.has('uid2')).toBe(false)
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
  })

  it('is recorded also where there is no identity yet, of a static page without script', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'gpc-before@example.com' })
    const page = await reader.fetch('/', { headers: gpc })
    expect(page.headers.get('set-cookie')).toBeNull()
    expect(await reader.identity()).toMatchObject({ status: 'denied' })
  })

  it('is said to be honoured, and is in the history as what it was', async () => {
    const reader = await consenting()
    const page = await html(reader, '/privacy')
    expect(page).toContain('data-uid2-status="gpc"')
    expect(page).toContain('Opt-out signal honoured')
    expect(page).toContain('by the signal of your browser, Global Privacy Control')
    expect(page).not.toContain('Yes, use it for ads')
  })

  it('ends with a consent, and comes back with the signal', async () => {
    const reader = await consenting()
    await get(reader)
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
    expect(await get(reader)).toMatchObject({ status: 'gpc' })
    expect(await reader.identity()).toMatchObject({ status: 'denied' })
  })

  it('wins over a consent in the same request, by the API and by the form', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'gpc-and-yes@example.com' })
    const form = await choiceForm(reader, 'granted')
    const answer = await reader.post('/api/choice', { advertising: 'granted' }, gpc)
    expect(await answer.json()).toMatchObject({ status: 'gpc' })
    await sendForm(reader, form, { ...gpc, origin: site.origin })
    expect(await reader.ensure()).toMatchObject({ status: 'denied' })
    expect(await html(reader, '/privacy', {})).not.toContain('on this site’s own question')
    expect((await operator.calls()).generate).toBe(0)
  })

  it('counts for the address, in another account too', async () => {
    const reader = await consenting({ email: 'gpc-same@example.com' })
    await get(reader)
    const spelled = visitor(site)
    await spelled.signIn({ email: 'GPC-same@Example.com' })
    expect(await spelled.ensure()).toMatchObject({ status: 'denied' })
  })

  it('a refresh that is under way as it comes brings nothing back', async () => {
    const reader = await consenting()
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', latencyMs: 300 }] })
    const twin = reader.twin()
    const refreshing = reader.ensure()
    expect(await get(twin)).toMatchObject({ status: 'gpc' })
    expect(await refreshing).toMatchObject({ status: 'denied' })
    expect(reader.jar.has('uid2')).toBe(false)
  })

  it('of a signed-out reader is honoured, and recorded nowhere', async () => {
    const stranger = visitor(site)
    expect(await get(stranger)).toMatchObject({ status: 'gpc' })
    expect(await stranger.identity()).toMatchObject({ status: 'signed_out' })
  })

  it.each(['0', 'true', ''])('means nothing as %j', async (value) => {
    const reader = await consenting()
    expect(await get(reader, { 'sec-gpc': value })).toMatchObject({ status: 'available' })
  })
})

describe('S7: under GPC_SCOPE=browser', () => {
  beforeAll(startWith({ GPC_SCOPE: 'browser' }))
  afterAll(() => site.stop())

  it('is not called, and an identity is suspended while the signal is there, in that browser alone', async () => {
    const reader = await consenting()
    const elsewhere = reader.twin()
    expect(await get(reader)).toMatchObject({ status: 'gpc' })
    expect(await post(reader)).toMatchObject({ status: 'gpc' })
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
    for (const each of [reader, elsewhere])
      expect(await each.identity()).toMatchObject({ status: 'available' })
  })

  it('a consent under the signal counts in the reader’s other browsers', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'gpc-browser-yes@example.com' })
    const answer = await reader.post('/api/choice', { advertising: 'granted' }, gpc)
    expect(await answer.json()).toMatchObject({ status: 'gpc' })
    expect(await reader.ensure()).toMatchObject({ status: 'available' })
  })
})

describe('S7: under GPC_SCOPE=off', () => {
  beforeAll(startWith({ GPC_SCOPE: 'off' }))
  afterAll(() => site.stop())

  it('changes nothing, and the privacy page says so', async () => {
    const reader = await consenting()
    expect(await get(reader)).toMatchObject({ status: 'available' })
    expect(await html(reader, '/privacy')).toContain('does not act on Global Privacy Control')
  })
})
