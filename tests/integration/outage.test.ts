import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

let operator: TestOperator
let site: Site

beforeAll(async () => {
  operator = await testOperator()
  site = await startSite({ env: operator.env })
})
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

async function consenting(email: string) {
  const reader = visitor(site)
  await reader.signIn({ email })
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  return reader
}

/** As a backup or a records tool would: reads go on, writes wait. */
function lockStore(): () => void {
  const database = new SqliteDatabase(join(site.dataDir, 'choices.db'))
  database.exec('begin immediate')
  return () => {
    database.exec('rollback')
    database.close()
  }
}

const health = async () =>
  ((await (await fetch(`${site.origin}/api/health`)).json()) as { store: string }).store

it('K6: a denial that cannot be recorded gives out no token, and counts once the store is back', async () => {
  const reader = await consenting('no-in-outage@example.com')
  const other = reader.twin()
  const unlock = lockStore()
  expect(await reader.choose('denied')).toMatchObject({ status: 'unavailable', reason: 'store' })
  expect(reader.jar.has('uid2')).toBe(false)
  expect(await other.identity()).toMatchObject({ status: 'unavailable', reason: 'store' })
  expect(await health()).toBe('down')
  expect((await reader.fetch('/')).status).toBe(200)
  unlock()
  await until(async () => (await other.identity()).status === 'denied')
  expect(await health()).toBe('ok')
})

it('U3: an opt-out that cannot be recorded stops the token at once, and generate for ever', async () => {
  const reader = await consenting('optout-in-outage@example.com')
  await operator.set({ faults: [{ on: 'refresh', kind: 'optout' }] })
  const unlock = lockStore()
  expect(await reader.ensure()).toMatchObject({ status: 'unavailable', reason: 'store' })
  expect(await reader.identity()).toMatchObject({ status: 'unavailable', reason: 'store' })
  unlock()
  await until(async () => (await reader.identity()).status === 'opted_out')
  expect(await reader.ensure()).toMatchObject({ status: 'opted_out' })
  expect((await operator.calls()).generate).toBe(0)
})

it('K6: a withdrawal by a consent platform that cannot be recorded hands out nothing, and counts later', async () => {
  const reader = await consenting('signals-in-outage@example.com')
  const unlock = lockStore()
  const withdrawn = { signals: { gdprApplies: true } }
  for (const answer of [await reader.post('/api/identity', withdrawn), await reader.fetch('/api/identity')])
    expect(await answer.json()).toMatchObject({ status: 'unavailable', reason: 'store' })
  unlock()
  await until(async () => (await reader.identity()).status === 'unsupported')
  expect(reader.jar.has('uid2')).toBe(false)
})

it('S7: an opt-out signal in an outage is honoured at once, and recorded when it comes again', async () => {
  const reader = await consenting('gpc-in-outage@example.com')
  const gpc = async () =>
    (await reader.fetch('/api/identity', { headers: { 'sec-gpc': '1' } })).json() as Promise<{
      status: string
    }>
  const unlock = lockStore()
  expect(await gpc()).toMatchObject({ status: 'gpc' })
  unlock()
  await until(async () => (await gpc()).status === 'gpc' && (await reader.identity()).status === 'denied')
})

it('N4: a sign-out that cannot be recorded ends the session once the store is back', async () => {
  const reader = await consenting('out-in-outage@example.com')
  const copy = reader.twin()
  const unlock = lockStore()
  const answer = await reader.signOut()
  expect({ status: answer.status, body: await answer.json() }).toMatchObject({
    status: 503,
    body: { error: 'not_recorded' },
  })
  expect([...reader.jar.keys()]).toEqual([])
  unlock()
  await until(async () => (await copy.identity()).status === 'signed_out')
})
