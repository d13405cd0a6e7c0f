import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { parse, sourceFiles } from '../../architecture/project.ts'
import { browserHere, origin } from '../../support/in-process.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../../support/operator.ts'
import { type Account, accountSystem, deletable, ownSecret, reading } from '../../support/own-sign-in.ts'
import { identityCookie } from '../../support/publication.ts'
import { keep } from '../../support/reader.ts'
import { becomeSite } from '../../support/server-env.ts'

// The one file that the page says to replace.
vi.mock('#lib/auth/current-reader.ts', async () => {
  const { codeOfPage, reading } = await import('../../support/own-sign-in.ts')
  return codeOfPage('current-reader.ts', reading)
})

const accounts = await accountSystem()
let operator: TestOperator
beforeAll(async () => {
  operator = await testOperator()
})
beforeEach(async () => {
  await operator.set({ lifetimes: dueAtOnce })
  becomeSite({ ...operator.env, NEXTAUTH_SECRET: ownSecret, UID2_TIMEOUT_MS: '30000' })
})
afterAll(() => operator.close())

const browserWith = (cookie: string) => {
  const jar = new Map<string, string>()
  keep(jar, cookie)
  return browserHere('own', jar)
}
const signedIn = async (account: Account) =>
  browserWith(await accounts.sessionCookie(account, ownSecret, origin))
const verified = (email: string): Account => ({ id: `row of ${email}`, email, email_verified: true })

describe('a sign-in of the publisher’s own', () => {
  it('leads to a choice, a token, and refreshes in the same session', async () => {
    const reader = await signedIn(verified('Ann.Own@example.com'))
    expect(await reader.get()).toMatchObject({ status: 'no_choice' })
    const given = await reader.choose('granted')
    expect(given).toMatchObject({ status: 'available' })
    const { body } = await reader.post('identity', {})
    expect(body).toMatchObject({ status: 'available' })
    expect(body.advertisingToken).not.toBe(given.advertisingToken)
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 1 })
  })

  it('keeps the consent for another session of the account, and gives nothing to another account (S1)', async () => {
    const first = await signedIn(verified('keeps@example.com'))
    await first.choose('granted')
    expect(await (await signedIn(verified('keeps@example.com'))).get()).toMatchObject({
      status: 'refreshing',
    })
    const other = await signedIn(verified('another@example.com'))
    other.jar.set(identityCookie, first.jar.get(identityCookie) ?? '')
    expect(await other.get()).toMatchObject({ status: 'no_choice' })
    expect(other.jar.has(identityCookie)).toBe(false)
  })

  it('respects the opt-out of an address beside the number in use', async () => {
    const email = 'own-optout@example.com'
    await operator.set({ faults: [{ on: 'generate', kind: 'optout' }] })
    expect(await (await signedIn(verified(email))).choose('granted')).toMatchObject({ status: 'opted_out' })
    const both = { phone_number: '+12345678901', phone_number_verified: true, email, email_verified: true }
    expect(await (await signedIn({ id: 'row p', ...both })).get()).toMatchObject({ status: 'opted_out' })
  })

  it.each<[string, Omit<Account, 'id'>]>([
    ['no_dii', {}],
    ['unverified', { email: 'unproved@example.com' }],
    ['unverified', { phone_number: '+12345678901' }],
    ['relay_address', { email: 'x7@privaterelay.appleid.com', email_verified: true }],
    ['bad_phone', { phone_number: '020 7946 0018', phone_number_verified: true }],
  ])('with unusable claims makes no token and no call: %s, %j', async (reason, claims) => {
    const reader = await signedIn({ id: `row ${reason}`, ...claims })
    expect(await reader.choose('granted')).toMatchObject({ status: 'unsupported', reason })
    expect((await operator.calls()).generate).toBe(0)
  })

  it('with a cookie of another secret, another site, or none of ours is signed out', async () => {
    const account = verified('strange@example.com')
    for (const cookie of [
      await accounts.sessionCookie(account, 'some other secret', origin),
      await accounts.sessionCookie(account, ownSecret, 'https://other.example'),
      (await accounts.sessionCookie(account, ownSecret, origin)).slice(0, 60),
      'lantern-session=x',
    ])
      expect(await browserWith(cookie).get()).toMatchObject({ status: 'signed_out' })
  })
})

it('no file uses next-auth once the listed files are deleted', () => {
  const gone = (path: string) => deletable.some((each) => path === each || path.startsWith(`${each}/`))
  const left = sourceFiles
    .filter(({ path }) => /^(app|lib|proxy)\b/.test(path) && !gone(path))
    .map((file) => (file.path === 'lib/auth/current-reader.ts' ? parse(file.path, reading) : file))
  const users = left.filter(({ imports }) =>
    imports.some(({ source }) => /^(next-auth|nodemailer)/.test(source)),
  )
  expect(left.length).toBeGreaterThan(50)
  expect(users.map(({ path }) => path)).toEqual([])
})
