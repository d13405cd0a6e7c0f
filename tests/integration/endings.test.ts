import { beforeEach, describe, expect, it } from 'vitest'
import { dueAtOnce } from '../support/operator.ts'
import { identityCookie } from '../support/publication.ts'
import { newEmail, signedIn, type Visitor, visitor, withToken } from '../support/reader.ts'
import { siteWithOperator } from '../support/shared-site.ts'
import { until } from '../support/until.ts'

const { site, operator } = await siteWithOperator()
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))

/** A POST of this reader whose refresh the operator holds back until `release`. */
async function heldRefresh(reader: Visitor) {
  await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'hang', times: 1 }] })
  const answer = reader.ensure()
  await until(async () => (await operator.calls()).refresh === 1)
  return { answer, release: operator.release }
}

describe('a sign-out', () => {
  it('is final: a refresh that was under way brings nothing back, also with copied cookies (N4)', async () => {
    const reader = await withToken(site)
    const late = reader.twin()
    const { answer, release } = await heldRefresh(late)
    expect((await reader.signOut()).status).toBe(204)
    expect([...reader.jar.keys()]).toEqual([])
    await release()
    expect(await answer).toMatchObject({ status: 'signed_out' })
    for (const ask of [late.identity, late.ensure])
      expect(await ask()).toMatchObject({ status: 'signed_out' })
  })

  it('during 20 GET /api/auth/session: none of them sets a cookie or brings the session back (N4)', async () => {
    const reader = await withToken(site)
    const copy = reader.twin()
    const reads = Array.from({ length: 20 }, () => reader.twin().fetch('/api/auth/session'))
    await reader.signOut()
    for (const answer of await Promise.all(reads)) expect(answer.headers.getSetCookie()).toEqual([])
    expect(await (await copy.fetch('/api/auth/session')).json()).toEqual({})
  })

  it('through next-auth’s own endpoint ends the session for good too (S8)', async () => {
    const reader = await withToken(site)
    const copy = reader.twin()
    const { csrfToken } = (await (await reader.fetch('/api/auth/csrf')).json()) as { csrfToken: string }
    const body = new URLSearchParams({ csrfToken, json: 'true' })
    await reader.fetch('/api/auth/signout', { method: 'POST', body })
    expect(await copy.identity()).toMatchObject({ status: 'signed_out' })
  })

  it('ends one session of a reader: another goes on, with the same choice and a token of its own (S9)', async () => {
    const email = newEmail()
    const first = await withToken(site, email)
    const second = await signedIn(site, email)
    second.jar.set(identityCookie, first.jar.get(identityCookie) ?? '')
    expect(await second.identity()).toMatchObject({ status: 'refreshing' })
    await first.signOut()
    expect(await second.ensure()).toMatchObject({ status: 'available' })
  })
})

it('a session can be signed out of ten times a minute, and stays ended (D4)', async () => {
  const reader = await signedIn(site)
  const copies = Array.from({ length: 12 }, () => reader.twin())
  const statuses: number[] = []
  for (const copy of copies.slice(1)) statuses.push((await copy.signOut()).status)
  expect(statuses).toEqual([...Array(10).fill(204), 429])
  expect(await copies[0]?.identity()).toMatchObject({ status: 'signed_out' })
})

describe('a denial', () => {
  it('is final: a refresh that was under way brings nothing back (K6)', async () => {
    const reader = await withToken(site)
    const late = reader.twin()
    const { answer, release } = await heldRefresh(late)
    expect(await reader.choose('denied')).toMatchObject({ status: 'denied' })
    await release()
    expect(await answer).toEqual({ status: 'denied', now: expect.any(Number) })
    expect([...late.jar.keys()]).not.toContain(identityCookie)
  })

  it('voids every cookie from before it, also after another consent (K6)', async () => {
    const reader = await withToken(site)
    const old = reader.jar.get(identityCookie) ?? ''
    await reader.choose('denied')
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
    reader.jar.set(identityCookie, old)
    expect(await reader.identity()).toMatchObject({ status: 'refreshing' })
  })
})

describe('an opt-out', () => {
  it('that a refresh brings ends the identity on every device, and is remembered at the next sign-in (U2, U3)', async () => {
    const email = newEmail()
    const [phone, laptop] = [await withToken(site, email), await withToken(site, email)]
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout', times: 1 }] })
    expect(await phone.ensure()).toMatchObject({ status: 'opted_out' })
    expect(phone.jar.has(identityCookie)).toBe(false)
    const again = await signedIn(site, ` ${email.toUpperCase()}`)
    for (const reader of [laptop, again])
      for (const answer of [await reader.identity(), await reader.ensure(), await reader.choose('granted')])
        expect(answer).toMatchObject({ status: 'opted_out' })
    expect((await operator.calls()).generate).toBe(0)
  })
})

it('the identity of one reader counts for no other in the same browser (S1, N19)', async () => {
  const a = await withToken(site)
  const cookieOfA = a.jar.get(identityCookie) ?? ''
  await a.signOut()
  await a.signIn({ email: newEmail() })
  a.jar.set(identityCookie, cookieOfA)
  expect(await a.identity()).toMatchObject({ status: 'no_choice' })
  expect(a.jar.has(identityCookie)).toBe(false)
  expect(await visitor(site).identity()).toMatchObject({ status: 'signed_out' })
})
