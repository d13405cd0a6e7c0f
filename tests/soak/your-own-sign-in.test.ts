import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { choiceForm, sendForm } from '../support/forms.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { type Account, accountSystem, ownSecret, ownSignIn } from '../support/own-sign-in.ts'
import { identityCookie, livePage } from '../support/publication.ts'
import { keep, type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { buildTimeoutMs, buildVariant } from '../support/variant.ts'

const status = (html: string) => /data-uid2-status="([^"]+)"/.exec(html)?.[1]

describe('a site with the publisher’s own sign-in, and with ours deleted', () => {
  let operator: TestOperator
  let accounts: Awaited<ReturnType<typeof accountSystem>>
  let site: Site
  let people = 0

  beforeAll(async () => {
    operator = await testOperator()
    accounts = await accountSystem()
    site = await startSite({
      env: { ...operator.env, NEXTAUTH_SECRET: ownSecret, UID2_TIMEOUT_MS: '30000' },
      folder: await buildVariant('own-sign-in', ownSignIn),
    })
  }, buildTimeoutMs)
  beforeEach(() => operator.set({}))
  afterAll(async () => {
    await site.stop()
    await operator.close()
  })

  async function signIn(account: Account, reader = visitor(site)): Promise<Visitor> {
    keep(reader.jar, await accounts.sessionCookie(account, ownSecret, site.origin))
    return reader
  }
  const newAccount = (): Account => {
    people += 1
    return { id: `row ${people}`, email: `own-${people}@example.com`, email_verified: true }
  }
  const shown = async (reader: Visitor, path = '/privacy') => status(await (await reader.fetch(path)).text())

  it('a reader signs in, consents and gets a token, which pages have inline', async () => {
    const reader = visitor(site)
    expect(await reader.identity()).toMatchObject({ status: 'signed_out' })
    expect((await reader.post('/api/choice', { advertising: 'granted' })).status).toBe(401)
    await signIn({ id: 'row a', email: 'Ann.Own@example.com', email_verified: true }, reader)
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
    expect(await (await reader.fetch('/privacy')).text()).toContain('A•••@example.com')
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
    const given = await reader.identity()
    const html = await (await reader.fetch(livePage)).text()
    expect(status(html)).toBe('available')
    expect(html).toContain('advertisingToken' in given ? given.advertisingToken : 'no token')
    expect(html).not.toContain('nn.Own')
  })

  it('a due token is refreshed by POST, in the same session', async () => {
    await operator.set({ lifetimes: dueAtOnce })
    const reader = await signIn(newAccount())
    const first = await reader.choose('granted')
    const second = await reader.ensure()
    expect(second.status).toBe('available')
    expect(second).not.toMatchObject({
      advertisingToken: 'advertisingToken' in first && first.advertisingToken,
    })
    expect((await operator.calls()).generate).toBe(1)
  })

  it('a sign-out deletes the cookies, and a copy of them gets nothing', async () => {
    const reader = await signIn(newAccount())
    await reader.choose('granted')
    const twin = reader.twin()
    expect((await reader.signOut()).status).toBe(204)
    expect([...reader.jar.keys()]).toEqual([])
    for (const answer of [await twin.ensure(), await twin.choose('granted'), await twin.identity()])
      expect(answer).not.toHaveProperty('advertisingToken')
    expect(await twin.identity()).toMatchObject({ status: 'signed_out' })
    expect(await shown(twin)).toBe('signed_out')
  })

  it('a new session of the same account keeps the consent', async () => {
    const account = newAccount()
    const reader = await signIn(account)
    await reader.choose('granted')
    await reader.signOut()
    await signIn(account, reader)
    expect(await reader.identity()).toMatchObject({ status: 'refreshing' })
    expect(await reader.ensure()).toMatchObject({ status: 'available' })
  })

  it('the form without script records a denial', async () => {
    const reader = await signIn(newAccount())
    await reader.choose('granted')
    const twin = reader.twin()
    const headers = { origin: site.origin, 'sec-fetch-site': 'same-origin' }
    const form = await choiceForm(reader, 'denied')
    expect((await sendForm(reader, form, headers)).status).toBe(303)
    for (const each of [reader, twin]) expect(await each.ensure()).toMatchObject({ status: 'denied' })
  })

  it('an opt-out is remembered, also for an address beside the number in use', async () => {
    const email = `own-optout@example.com`
    await operator.set({ lifetimes: dueAtOnce })
    const reader = await signIn({ id: 'row o', email, email_verified: true })
    await reader.choose('granted')
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout' }] })
    expect(await reader.ensure()).toMatchObject({ status: 'opted_out' })
    expect(reader.jar.has(identityCookie)).toBe(false)
    const phone = { phone_number: '+12345678901', phone_number_verified: true }
    const other = { id: 'row p', email, email_verified: true, ...phone }
    expect(await (await signIn(other)).identity()).toMatchObject({ status: 'opted_out' })
  })

  it('another account in the same browser gets nothing of the previous one (S1)', async () => {
    const reader = await signIn(newAccount())
    const first = await reader.choose('granted')
    await signIn(newAccount(), reader)
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
    expect(reader.jar.has(identityCookie)).toBe(false)
    expect(await reader.choose('granted')).not.toMatchObject({
      advertisingToken: 'advertisingToken' in first && first.advertisingToken,
    })
  })

  it.each<[string, Omit<Account, 'id'>]>([
    ['no_dii', {}],
    ['unverified', { email: 'unproved@example.com' }],
    ['unverified', { email: 'unproved@example.com', email_verified: false }],
    ['unverified', { phone_number: '+12345678901' }],
    ['relay_address', { email: 'x7@privaterelay.appleid.com', email_verified: true }],
    ['bad_phone', { phone_number: '020 7946 0018', phone_number_verified: true }],
  ])('%s makes no token and no call: %j', async (reason, claims) => {
    const reader = await signIn({ id: `row ${reason}`, ...claims })
    expect(await reader.choose('granted')).toMatchObject({ status: 'unsupported', reason })
    expect(await reader.ensure()).toMatchObject({ status: 'unsupported', reason })
    expect(await shown(reader)).toBe('unsupported')
    expect((await operator.calls()).generate).toBe(0)
  })

  it('a cookie with another key, of another site, cut short, or of next-auth is no session (N17)', async () => {
    const account = newAccount()
    const invalid = [
      await accounts.sessionCookie(account, 'some other secret', site.origin),
      await accounts.sessionCookie(account, ownSecret, 'https://other.example'),
      (await accounts.sessionCookie(account, ownSecret, site.origin)).slice(0, 60),
      'lantern-session=x',
    ]
    for (const cookie of invalid) {
      const reader = visitor(site)
      keep(reader.jar, cookie)
      expect(await reader.identity()).toMatchObject({ status: 'signed_out' })
      expect((await reader.fetch('/privacy')).status).toBe(200)
    }
  })

  it('no account is in the log', () => {
    expect(site.log()).not.toMatch(/own-|Own@|12345678901/)
  })

  it('the remaining sign-in page leads to the account system, and back to this site alone', async () => {
    const backTo = async (next: string) => {
      const answer = await visitor(site).fetch(`/sign-in?next=${next}`)
      const location = new URL(answer.headers.get('location') ?? '')
      expect(location.origin).toBe('https://account.news.example')
      return location.searchParams.get('back')
    }
    expect(await backTo('/privacy')).toBe(`${site.origin}/privacy`)
    expect(await backTo('//evil.example')).toBe(`${site.origin}/choice`)
    for (const path of ['/api/auth/csrf', '/api/auth/session', '/sign-in/proof', '/sign-in/outbox'])
      expect((await visitor(site).fetch(path)).status, path).toBe(404)
    expect((await visitor(site).post('/api/sign-in/demo')).status).toBe(404)
  })
})
