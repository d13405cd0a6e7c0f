import { encode } from 'next-auth/jwt'
import { beforeEach, expect, it } from 'vitest'
import { identityCookie, livePage } from '../support/publication.ts'
import { newEmail, type Visitor, visitor } from '../support/reader.ts'
import { secrets, siteWithOperator } from '../support/shared-site.ts'

const { site, operator } = await siteWithOperator()
beforeEach(() => operator.set({}))

type Dii = { kind: 'email' | 'phone'; value: string }
const mail = (value = newEmail()): Dii => ({ kind: 'email', value })
const phone = (value: string): Dii => ({ kind: 'phone', value })
let sessions = 0

/** Gives a browser the session that a sign-in with these claims would have given it. */
async function withSession(
  dii: Dii | string,
  otherDii: Dii[] = [],
  reader = visitor(site),
): Promise<Visitor> {
  const token = { sub: 'oidc:one-account', sid: `sid-${sessions++}`, dii, otherDii }
  reader.jar.set('lantern-session', await encode({ token, secret: secrets.NEXTAUTH_SECRET }))
  return reader
}

it('a session with another address than before has no identity of the earlier one, and is asked again', async () => {
  const reader = await withSession(mail())
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  await withSession(mail(), [], reader)
  // The proxy may see it first, or the API.
  const twin = reader.twin()
  await twin.fetch('/privacy')
  expect(twin.jar.has(identityCookie)).toBe(false)
  expect(await reader.ensure()).toMatchObject({ status: 'no_choice' })
  expect(reader.jar.has(identityCookie)).toBe(false)
  expect((await operator.calls()).generate).toBe(1)
})

it('a session from before an address in disguise was refused has nothing that can be used (U7c)', async () => {
  const reader = await withSession(mail('jack\u200b@example.com'))
  expect(await reader.choose('granted')).toMatchObject({ status: 'unsupported', reason: 'no_dii' })
  expect((await operator.calls()).generate).toBe(0)
})

it('a session with two DII is stopped by an opt-out of the one that is not used; the operator gets the other', async () => {
  const [chosen, other] = [phone('+12345670001'), mail()]
  const before = await withSession(chosen, [other])
  expect(await before.choose('granted')).toMatchObject({ status: 'available' })
  await operator.set({ faults: [{ on: 'generate', kind: 'optout', times: 1 }] })
  expect(await (await withSession(other)).choose('granted')).toMatchObject({ status: 'opted_out' })
  expect(await before.identity()).toMatchObject({ status: 'opted_out' })
  expect(before.jar.has(identityCookie)).toBe(false)
  expect(await (await withSession(chosen, [other])).choose('granted')).toMatchObject({ status: 'opted_out' })
  expect((await operator.calls()).generate).toBe(1)
  expect(await (await withSession(chosen)).choose('granted')).toMatchObject({ status: 'available' })
})

it('a session with two DII shows neither to any route', async () => {
  const reader = await withSession(mail('canary@example.com'), [phone('+12345670005')])
  await reader.choose('granted')
  const api = ['/api/auth/session', '/api/identity', '/api/site']
  const pages = ['/', '/choice', '/privacy', '/sign-in', '/sign-in/proof', livePage]
  for (const path of [...api, ...pages]) {
    const answer = await reader.fetch(path)
    const said = `${[...answer.headers].join()} ${await answer.text()}`
    expect(said, path).not.toMatch(/canary|2345670005/)
  }
})
