import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../../scripts/support/runtime.mjs'
import { codeBlocks } from '../architecture/code-blocks.ts'
import { read } from '../architecture/project.ts'
import { choiceForm, sendForm } from './forms.ts'
import { dueAtOnce, type TestOperator, testOperator } from './operator.ts'
import { keep, type Visitor, visitor } from './reader.ts'
import { type Site, startSite } from './site.ts'
import { buildTimeoutMs, buildVariant } from './variant.ts'

/**
 * The code blocks of the page, in order: reading the session, creating it, the sign-in page, what to delete.
 */
const page = 'docs/sign-in/your-own.md'
export const [reading = '', making = '', signInPage = '', deleting = ''] = codeBlocks(page, read(page)).map(
  ({ code }) => code,
)
export const replaced = { 'lib/auth/current-reader.ts': reading }
/** Files that a site with its own sign-in does not need. */
export const paths = [...deleting.matchAll(/(?:app|lib)\/[^\s']+/g)].map(([path]) => path)

interface Account {
  id: string
  email?: string
  email_verified?: boolean
  phone_number?: string
  phone_number_verified?: boolean
}

interface AccountSystem {
  sessionCookie(account: Account, secret: string, audience: string): Promise<string>
}

export const ownSecret = 'what the site and the account system share'
const article = '/live/what-lighthouses-measured'

const status = (html: string) => /data-uid2-status="([^"]+)"/.exec(html)?.[1]

/** One file replaced. It includes the probe's pages, so that their tests need no build of their own. */
export const inPlace = { addToApp: 'tests/support/probe', write: replaced }
export const inPlaceName = 'own-sign-in-and-probe'
/** Also deletes what the page says is not needed. */
export const alone = { remove: paths, write: { ...replaced, 'app/(account)/sign-in/page.tsx': signInPage } }

/** The publisher's account system, as on the page. */
export async function accountSystem(): Promise<AccountSystem> {
  const file = join(root, 'test-results', 'your-own-sign-in', 'account-system.ts')
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, making)
  return import(pathToFileURL(file).href)
}

/** Tests of the whole site with the publisher's own sign-in, in a build with this change. */
export function describeOwnSignIn(
  how: string,
  name: string,
  change: Parameters<typeof buildVariant>[1],
): void {
  describe(`a sign-in of the publisher’s own ${how}`, () => {
    let operator: TestOperator
    let accounts: AccountSystem
    let site: Site
    let people = 0

    beforeAll(async () => {
      operator = await testOperator()
      accounts = await accountSystem()
      site = await startSite({
        env: { ...operator.env, NEXTAUTH_SECRET: ownSecret, UID2_TIMEOUT_MS: '30000' },
        folder: await buildVariant(name, change),
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
    const shown = async (reader: Visitor, path = '/privacy') =>
      status(await (await reader.fetch(path)).text())

    it('a reader signs in, consents and gets a token, which pages have inline', async () => {
      const reader = visitor(site)
      expect(await reader.identity()).toMatchObject({ status: 'signed_out' })
      expect((await reader.post('/api/choice', { advertising: 'granted' })).status).toBe(401)
      await signIn({ id: 'row a', email: 'Ann.Own@example.com', email_verified: true }, reader)
      expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
      expect(await (await reader.fetch('/privacy')).text()).toContain('A•••@example.com')
      expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
      const given = await reader.identity()
      const html = await (await reader.fetch(article)).text()
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
      const email = `own-optout-${name.length}@example.com`
      await operator.set({ lifetimes: dueAtOnce })
      const reader = await signIn({ id: 'row o', email, email_verified: true })
      await reader.choose('granted')
      await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout' }] })
      expect(await reader.ensure()).toMatchObject({ status: 'opted_out' })
      expect(reader.jar.has('uid2')).toBe(false)
      const phone = { phone_number: '+12345678901', phone_number_verified: true }
      const other = { id: 'row p', email, email_verified: true, ...phone }
      expect(await (await signIn(other)).identity()).toMatchObject({ status: 'opted_out' })
    })

    it('another account in the same browser gets nothing of the previous one (S1)', async () => {
      const reader = await signIn(newAccount())
      const first = await reader.choose('granted')
      await signIn(newAccount(), reader)
      expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
      expect(reader.jar.has('uid2')).toBe(false)
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
  })
}
