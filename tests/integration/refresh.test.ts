import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dueAtOnce, type Fault, type TestOperator, testOperator } from '../support/operator.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

let operator: TestOperator
let site: Site

beforeAll(async () => {
  operator = await testOperator()
  // Long enough that no time-out of ours ends what the tests hold.
  site = await startSite({ env: { ...operator.env, UID2_TIMEOUT_MS: '30000' } })
})
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(async () => {
  await operator.set({})
  await site.stop()
  await operator.close()
})

let people = 0
/** A reader of their own for each test, with a token that is due already. */
async function dueReader() {
  const reader = visitor(site)
  await reader.signIn({ email: `due-${people++}@example.com` })
  const given = await reader.choose('granted')
  if (given.status !== 'available') throw new Error(`expected a token, got ${given.status}`)
  return { reader, token: given.advertisingToken }
}

describe('a due token', () => {
  it('N3: 50 parallel requests make one operator call, and each is answered 200', async () => {
    const { reader } = await dueReader()
    const before = (await operator.calls()).refresh
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'hang' }] })
    const requests = Array.from({ length: 50 }, () => reader.twin().fetch('/privacy'))
    const statuses = await Promise.all(requests.map(async (request) => (await request).status))
    expect(statuses).toEqual(Array.from({ length: 50 }, () => 200))
    await until(async () => (await operator.calls()).refresh > 0)
    expect((await operator.calls()).refresh - before).toBe(1)
  })

  it('is refreshed behind the page and stored by the next request', async () => {
    const { reader, token } = await dueReader()
    await reader.fetch('/privacy')
    await until(async () => {
      const seen = await reader.identity()
      return seen.status === 'available' && seen.advertisingToken !== token
    })
  })

  it('is refreshed at once by a POST, which stores it in the same response', async () => {
    const { reader, token } = await dueReader()
    const seen = await reader.ensure()
    expect(seen).toMatchObject({ status: 'available' })
    expect(seen).not.toMatchObject({ advertisingToken: token })
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })

  it('N5, N6: prefetches and assets make no call', async () => {
    const { reader } = await dueReader()
    await operator.set({ lifetimes: dueAtOnce })
    for (const header of ['next-router-prefetch', 'purpose', 'sec-purpose'])
      await reader.fetch('/privacy', {
        headers: { [header]: header === 'next-router-prefetch' ? '1' : 'prefetch' },
      })
    await reader.fetch('/privacy', { headers: { rsc: '1', 'next-router-prefetch': '1' } })
    await reader.fetch('/icon.svg')
    await reader.fetch('/_next/static/nothing.js')
    await reader.fetch('/api/health')
    expect((await operator.calls()).refresh).toBe(0)
  })
})

describe.each<[string, Fault]>([
  ['hangs', { on: 'refresh', kind: 'hang' }],
  ['resets the connection', { on: 'refresh', kind: 'reset' }],
  ['answers 500', { on: 'refresh', status: 500 }],
  ['answers garbage', { on: 'refresh', kind: 'garbage' }],
  ['answers 429', { on: 'refresh', status: 429 }],
])('U4: an operator that %s', (_, fault) => {
  it('costs neither page nor token, and is asked once', async () => {
    const { reader, token } = await dueReader()
    await operator.set({ lifetimes: dueAtOnce, faults: [fault] })
    const page = await reader.fetch('/privacy')
    await page.text()
    const seen = await reader.identity()
    // By order, not by clock: both have ended, and a hanging operator still holds its reply.
    await until(async () => (await operator.calls()).refresh > 0)
    expect(page.status).toBe(200)
    expect(seen).toMatchObject({ status: 'available', advertisingToken: token })
    if (fault.kind !== 'hang') {
      // Asked again it answers as before, and the operator is left in peace.
      expect(await reader.ensure()).toMatchObject({ status: 'available', advertisingToken: token })
      await reader.fetch('/privacy')
    }
    expect((await operator.calls()).refresh).toBe(1)
  })
})

describe('an expired token', () => {
  it('U1: is never handed out; GET waits for its refresh', async () => {
    await operator.set({ lifetimes: { identityMs: 1, refreshFromMs: 1, refreshMs: 86_400_000 } })
    const reader = visitor(site)
    await reader.signIn({ email: 'expired@example.com' })
    expect(await reader.choose('granted')).toMatchObject({ status: 'refreshing' })
    await operator.set({ lifetimes: dueAtOnce })
    expect(await reader.identity()).toMatchObject({ status: 'available' })
  })

  it('whose refresh token has expired too is generated again by a POST, not by a GET', async () => {
    await operator.set({ lifetimes: { identityMs: 1, refreshFromMs: 1, refreshMs: 1 } })
    const reader = visitor(site)
    await reader.signIn({ email: 'both-expired@example.com' })
    expect(await reader.choose('granted')).toMatchObject({ status: 'refreshing' })
    await operator.set({ lifetimes: dueAtOnce })
    expect(await reader.identity()).toMatchObject({ status: 'refreshing' })
    expect((await operator.calls()).generate).toBe(0)
    expect(await reader.ensure()).toMatchObject({ status: 'available' })
    expect((await operator.calls()).generate).toBe(1)
  })
})

describe('generate', () => {
  it.each<[string, Fault]>([
    ['resets', { on: 'generate', kind: 'reset' }],
    ['answers 500', { on: 'generate', status: 500 }],
    ['answers garbage', { on: 'generate', kind: 'garbage' }],
  ])('U4: when the operator %s the choice is kept and the status is calm', async (_, fault) => {
    await operator.set({ lifetimes: dueAtOnce, faults: [fault] })
    const reader = visitor(site)
    await reader.signIn({ email: `generate-${people++}@example.com` })
    expect(await reader.choose('granted')).toMatchObject({ status: 'unavailable', reason: 'operator' })
    expect(await reader.ensure()).toMatchObject({ status: 'unavailable', reason: 'operator' })
    expect((await operator.calls()).generate).toBe(1)
  })

  it('U25: is not called before the reader has consented', async () => {
    const reader = visitor(site)
    await operator.set({})
    await reader.signIn({ email: 'undecided@example.com' })
    for (const ask of [reader.identity, reader.ensure])
      expect(await ask()).toMatchObject({ status: 'no_choice' })
    await reader.fetch('/')
    await reader.choose('denied')
    expect(await reader.ensure()).toMatchObject({ status: 'denied' })
    expect((await operator.calls()).generate).toBe(0)
  })
})
