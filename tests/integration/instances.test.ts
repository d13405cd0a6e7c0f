import { afterAll, beforeAll, expect, it } from 'vitest'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

let postgres: TestPostgres
let sites: Site[]

beforeAll(async () => {
  postgres = await startPostgres()
  const env = {
    DATABASE_URL: await postgres.database(),
    CHOICES_PEPPER: 'pepper'.padEnd(32, '.'),
    NEXTAUTH_SECRET: 'secret'.padEnd(32, '.'),
    SESSION_PASSWORD: 'password'.padEnd(32, '.'),
  }
  sites = await Promise.all([startSite({ env }), startSite({ env })])
})
afterAll(async () => {
  for (const site of sites) await site.stop()
  await postgres.stop()
})

/** One reader, as the first instance and as the second one meets them. */
async function readerOfBoth(email: string): Promise<[Visitor, Visitor]> {
  const [one, two] = sites as [Site, Site]
  const reader = visitor(one)
  await reader.signIn({ email })
  await reader.choose('granted')
  return [reader, visitor(two, reader.jar)]
}

it('two instances on one PostgreSQL know the same no and the same sign-out', async () => {
  const [here, there] = await readerOfBoth('two@example.com')
  expect((await there.identity()).status).toBe('available')
  const before = there.twin()
  await here.choose('denied')
  expect((await before.identity()).status).toBe('denied')
  await here.signOut()
  expect((await before.identity()).status).toBe('signed_out')
})

it('they count the same 30 requests a minute', async () => {
  const both = await readerOfBoth('many@example.com')
  // The yes was the first.
  for (let i = 0; i < 29; i++) expect((await (both[i % 2] ?? both[0]).post('/api/identity')).status).toBe(200)
  const refused = await both[1].post('/api/identity')
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
})
