import { encode } from 'next-auth/jwt'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TestOperator, testOperator } from '../support/operator.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const secret = 'the-secret-of-this-site'.padEnd(32, '.')
const session = 'lantern-session'
let operator: TestOperator
let site: Site

beforeAll(async () => {
  operator = await testOperator()
  site = await startSite({ env: { ...operator.env, NEXTAUTH_SECRET: secret } })
})
beforeEach(() => operator.set({}))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

const mail = (value: string) => ({ kind: 'email', value })
const phone = (value: string) => ({ kind: 'phone', value })
type Dii = ReturnType<typeof mail>
let sessions = 0

/** Gives a browser the session that a sign-in with these claims would have given it. */
async function signedIn(dii: Dii | string, otherDii: Dii[] = [], reader = visitor(site)): Promise<Visitor> {
  const token = { sub: 'oidc:one-account', sid: `sid-${sessions++}`, dii, otherDii }
  reader.jar.set(session, await encode({ token, secret }))
  return reader
}

describe('part 5: a session whose DII is another than at the sign-in before', () => {
  it('has no identity of the earlier one, and is asked again', async () => {
    const reader = await signedIn(mail('jane@old.example'))
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
    expect(reader.jar.has('uid2')).toBe(true)
    await signedIn(mail('jane@new.example'), [], reader)
    // The proxy may see it first, or the API.
    const twin = reader.twin()
    await twin.fetch('/privacy')
    expect(twin.jar.has('uid2')).toBe(false)
    expect(await reader.ensure()).toMatchObject({ status: 'no_choice' })
    expect(reader.jar.has('uid2')).toBe(false)
    expect((await operator.calls()).generate).toBe(1)
  })

  it('that comes back has the answer that was given for it, and no identity', async () => {
    const reader = await signedIn(mail('joe@old.example'))
    await reader.choose('denied')
    await signedIn(mail('joe@new.example'), [], reader)
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
    await signedIn(mail(' Joe@OLD.example'.trim()), [], reader)
    expect(await reader.ensure()).toMatchObject({ status: 'denied' })
    expect(reader.jar.has('uid2')).toBe(false)
  })

  it('has nothing left when the provider no longer vouches for it', async () => {
    const reader = await signedIn(mail('jill@example.com'))
    await reader.choose('granted')
    await signedIn('unverified', [], reader)
    expect(await reader.ensure()).toMatchObject({ status: 'unsupported', reason: 'unverified' })
    expect(reader.jar.has('uid2')).toBe(false)
    expect(await reader.choose('granted')).toMatchObject({ status: 'unsupported' })
  })
})

describe('a session from before an address in disguise was refused', () => {
  it.each([
    'jack\u200b@example.com',
    'jack@example.com\u2060',
    '"jack"@example.com',
    'mailto:jack@example.com',
  ])(
    'U7c: with %j has nothing that can be used: the denial of its owner holds, and nobody is asked',
    async (address) => {
      await (await signedIn(mail('jack@example.com'))).choose('denied')
      const reader = await signedIn(mail(address))
      expect(await reader.choose('granted')).toMatchObject({ status: 'unsupported', reason: 'no_dii' })
      expect((await operator.calls()).generate).toBe(0)
    },
  )
})

describe('a session with two DII', () => {
  it.each([
    ['the e-mail', mail('two@example.com'), phone('+12345670001')],
    ['the number', phone('+12345670002'), mail('two-too@example.com')],
  ])('is stopped by an opt-out of the one that is not %s', async (_, chosen, other) => {
    const before = await signedIn(chosen, [other])
    expect(await before.choose('granted')).toMatchObject({ status: 'available' })
    const elsewhere = await signedIn(other)
    await operator.set({ faults: [{ on: 'generate', kind: 'optout', times: 1 }] })
    expect(await elsewhere.choose('granted')).toMatchObject({ status: 'opted_out' })
    await operator.set({})
    // Also the identity that was there before.
    expect(await before.identity()).toMatchObject({ status: 'opted_out' })
    expect(before.jar.has('uid2')).toBe(false)
    const after = await signedIn(chosen, [other])
    expect(await after.choose('granted')).toMatchObject({ status: 'opted_out' })
    expect((await operator.calls()).generate).toBe(0)
    // It is of that DII: the chosen one alone may still be used.
    expect(await (await signedIn(chosen)).choose('granted')).toMatchObject({ status: 'available' })
  })

  it('asks the operator for the chosen one alone', async () => {
    // An address that the operator always answers with an opt-out: nobody hears of it.
    const reader = await signedIn(phone('+12345670003'), [mail('optout@example.com')])
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
    expect(await reader.ensure()).toMatchObject({ status: 'available' })
    expect((await operator.calls()).generate).toBe(1)
  })

  it('a consent is for the selected one only', async () => {
    await (await signedIn(mail('third@example.com'))).choose('granted')
    const reader = await signedIn(phone('+12345670004'), [mail('third@example.com')])
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
  })

  it('a denial of either holds for both, until a consent in the session with both', async () => {
    await (await signedIn(mail('fourth@example.com'))).choose('denied')
    const reader = await signedIn(phone('+12345670005'), [mail('fourth@example.com')])
    expect(await reader.ensure()).toMatchObject({ status: 'denied' })
    expect((await operator.calls()).generate).toBe(0)
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  })

  it('shows neither to any route', async () => {
    const reader = await signedIn(mail('canary@example.com'), [phone('+12345670005')])
    await reader.choose('granted')
    for (const path of [
      '/api/auth/session',
      '/api/identity',
      '/api/site',
      '/',
      '/choice',
      '/privacy',
      '/sign-in',
      '/sign-in/proof',
      '/live/what-lighthouses-measured',
    ]) {
      const answer = await reader.fetch(path)
      const said = `${[...answer.headers].join()} ${await answer.text()}`
      expect(said, path).not.toMatch(/canary|2345670005/)
    }
  })
})
