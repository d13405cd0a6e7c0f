import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSqlStore } from '../../lib/consent/sql.ts'
import { type Database, openDatabase } from '../../lib/database/connection.ts'
import { migrate } from '../../lib/database/migrations.ts'
import { dueAtOnce } from '../../tests/support/operator.ts'
import { startPostgres } from '../../tests/support/postgres.ts'
import { livePage, staticPage } from '../../tests/support/publication.ts'
import type { Visitor } from '../../tests/support/reader.ts'
import { startBareNext } from './bare-next.ts'
import { cpuPerRequest, memoryOf, type Scenario } from './cpu.ts'
import { browsersOf, cookiesOf, readers, startOurs } from './ours.ts'
import { timeRatio } from './ratio.ts'
import { type Row, report } from './report.ts'

const surfaces = {
  json: { path: '/api/identity', bare: '/api/json' },
  'static page': { path: staticPage, bare: '/static' },
  'dynamic page': { path: livePage, bare: '/dynamic' },
}
const { operator, site, readersWithToken, stop } = await startOurs()
const bare = await startBareNext({ json: 600, page: 12_000 })
const fresh = await readersWithToken('fresh')
await operator.set({ lifetimes: dueAtOnce })
const due = await readersWithToken('due')

const scenarios = Object.entries(surfaces).flatMap(([name, { path, bare: barePath }]): Scenario[] => [
  { name: `${name}, bare Next`, site: bare, path: barePath },
  { name: `${name}, signed out`, site, path },
  { name: `${name}, with a token`, site, path, ...cookiesOf(fresh) },
  { name: `${name}, due: each request begins a refresh or stores one`, site, path, ...browsersOf(due) },
])
const cpu = await cpuPerRequest(scenarios, { rounds: 10, requests: 300 })
report(
  `CPU of the server for one request: 10 rounds of 300 requests, ${readers} connections`,
  [...cpu].map(([name, value]): Row => ({ name, value, unit: 'ms' })),
)

const ratio = (name: string, to: string, of: string, atMost: number): Row => ({
  name: `${name}, ${to} : ${of}`,
  value: (cpu.get(`${name}, ${to}`) ?? Number.NaN) / (cpu.get(`${name}, ${of}`) ?? Number.NaN),
  unit: '×',
  atMost,
})
report(
  'Ratios of the CPU above',
  Object.keys(surfaces).flatMap((name) => [
    ratio(name, 'with a token', 'signed out', 1.3),
    ratio(name, 'due: each request begins a refresh or stores one', 'signed out', 1.4),
  ]),
)

/** CPU of this process for one look-up of a reader's consent state, µs. */
async function lookUp(opened: Database): Promise<number> {
  await migrate(opened)
  const store = createSqlStore(opened, ['pepper of the bench'.padEnd(32, '.')], Date.now, 'uid2')
  const subject = { sub: 'demo:bench', sid: 'bench', diiHash: 'h'.repeat(44) }
  await store.recordChoice(subject, {
    advertising: 'granted',
    version: '1',
    wording: 'May we?',
    source: 'api',
  })
  let before = process.cpuUsage()
  const rounds = 2000
  for (let i = -rounds; i < rounds; i++) {
    if (i === 0) before = process.cpuUsage()
    await store.read(subject)
  }
  const { user, system } = process.cpuUsage(before)
  await opened.db.destroy()
  return (user + system) / rounds
}
const postgres = await startPostgres()
const sqliteFile = join(mkdtempSync(join(tmpdir(), 'bench-')), 'choices.db')
report('The store', [
  {
    name: 'SQLite: one look-up of a reader',
    value: await lookUp(openDatabase(`file:${sqliteFile}`)),
    unit: 'µs',
  },
  {
    name: 'PostgreSQL: one look-up of a reader, without the server’s own CPU',
    value: await lookUp(openDatabase(await postgres.database())),
    unit: 'µs',
  },
])
await postgres.stop()

await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'hang' }] })
const hanging = (await readersWithToken('hanging'))[0] as Visitor
const get = (reader: Visitor | undefined) => async () =>
  (await reader?.fetch(surfaces['dynamic page'].path))?.arrayBuffer()
report('Time and memory', [
  {
    name: 'page of a due token, operator hanging : page of a fresh one',
    value: await timeRatio(get(hanging), get(fresh[0]), { rounds: 200, warmUp: 20 }),
    unit: '×',
    atMost: 1.25,
  },
  { name: 'resident memory of the site after this', value: memoryOf(site.pid), unit: 'MB' },
  { name: 'resident memory of bare Next after this', value: memoryOf(bare.pid), unit: 'MB' },
])

await stop()
await bare.stop()
