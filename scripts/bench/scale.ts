import { createSqlStore } from '../../lib/consent/sql.ts'
import { consentWording } from '../../lib/consent/wording.ts'
import { openDatabase } from '../../lib/database/connection.ts'
import { migrate } from '../../lib/database/migrations.ts'
import { sandboxPublisher } from '../../lib/shared/sandbox-credentials.ts'
import { createUid2Client, hashEmail } from '../../lib/uid2/index.ts'
import { dueAtOnce, testOperator } from '../../tests/support/operator.ts'
import { startPostgres } from '../../tests/support/postgres.ts'
import { staticPage } from '../../tests/support/publication.ts'
import { keep, type Visitor, visitor } from '../../tests/support/reader.ts'
import { startSite } from '../../tests/support/site.ts'
import { cpuOf } from './cpu.ts'
import { makeReaders, secrets } from './readers.ts'
import { type Row, report } from './report.ts'
import { startRoundRobin } from './round-robin.ts'
import { callsPerHour, simulateCallsPerHour } from './scale-model.ts'
import { watchStore } from './store-load.ts'

/* 1, 2 and 4 instances behind a load balancer, on one PostgreSQL: what a request costs, and who asks the operator. */

const json = '/api/identity'
/** Readers of each kind. Each of them has cookies of its own. */
const readers = 200

const operator = await testOperator()
const client = createUid2Client({
  baseUrl: operator.baseUrl,
  apiKey: sandboxPublisher.apiKey,
  clientSecret: sandboxPublisher.clientSecret,
  timeoutMs: 30_000,
})
const postgres = await startPostgres()
const url = await postgres.database()
const store = await watchStore(postgres, url)
const database = openDatabase(url)
await migrate(database)
const balancer = await startRoundRobin()

let made = 0
async function newReaders(due: boolean): Promise<Visitor[]> {
  if (due) await operator.set({ lifetimes: dueAtOnce })
  const identityOf = async (number: number) => {
    const answer = await client.generateToken({ email: `reader-${number}@example.com` })
    if (answer.status !== 'success') throw new Error(answer.status)
    return answer.identity
  }
  const numbers = Array.from({ length: readers }, () => made++)
  const cookies = await makeReaders(database, numbers, due ? identityOf : undefined)
  await operator.set({})
  return cookies.map((header) => {
    const jar = new Map<string, string>()
    for (const cookie of header.split('; ')) keep(jar, cookie)
    return visitor(balancer, jar)
  })
}

interface Measured {
  /** CPU of the instances and of PostgreSQL, ms. */
  cpu: number
  storeCpu: number
  statements: number
  calls: number
}

/** What the work of `each` cost, by the number of readers, so many at a time. */
async function measure(
  pids: readonly number[],
  { each, atOnce }: Work,
  all: readonly Visitor[],
): Promise<Measured> {
  const now = async () => {
    const { statements, cpu: storeCpu } = await store.load()
    const { refresh } = await operator.calls()
    return { cpu: pids.reduce((sum, pid) => sum + cpuOf(pid), 0), storeCpu, statements, calls: refresh }
  }
  const before = await now()
  let next = 0
  const connection = async () => {
    for (let reader = all[next++]; reader; reader = all[next++]) await each(reader)
  }
  await Promise.all(Array.from({ length: atOnce }, connection))
  const after = await now()
  const perReader = (key: keyof Measured) => (after[key] - before[key]) / all.length
  return {
    cpu: perReader('cpu'),
    storeCpu: perReader('storeCpu'),
    statements: perReader('statements'),
    calls: perReader('calls'),
  }
}

interface Work {
  due: boolean
  /** Of one reader. */
  requests: number
  atOnce: number
  each(reader: Visitor): Promise<unknown>
}

async function expectStatus(answer: Promise<Response>, status: string): Promise<void> {
  const identity = (await (await answer).json()) as { status: string }
  if (identity.status !== status) throw new Error(`expected ${status}: ${JSON.stringify(identity)}`)
}
const times = 10
async function repeat(reader: Visitor, status: string): Promise<void> {
  for (let i = 0; i < times; i++) await expectStatus(reader.fetch(json), status)
}
const work: Record<string, Work> = {
  'JSON, signed out': {
    due: false,
    requests: times,
    atOnce: 8,
    each: () => repeat(visitor(balancer), 'signed_out'),
  },
  'JSON, with a token': {
    due: false,
    requests: times,
    atOnce: 8,
    each: (reader) => repeat(reader, 'available'),
  },
  // What a browser sends for one page while its token is due; the POST comes some seconds later.
  'page view, due': {
    due: true,
    requests: 3,
    atOnce: 8,
    async each(reader) {
      await reader.fetch(staticPage)
      await expectStatus(reader.fetch(json), 'available')
      await expectStatus(reader.post(json), 'available')
    },
  },
  '8 parallel due JSON': {
    due: true,
    requests: 8,
    atOnce: 2,
    each: (reader) =>
      Promise.all(Array.from({ length: 8 }, () => expectStatus(reader.twin().fetch(json), 'available'))),
  },
}

/** Consents as the site records them, for the sizes of rows. */
const sqlStore = createSqlStore(database, [secrets.CHOICES_PEPPER], Date.now)
const { version, text } = consentWording('uid2')
const consents = 2000
for (let i = 0; i < consents; i++)
  await sqlStore.recordChoice(
    { sub: `demo:${i}`, diiHash: await hashEmail(`consent-${i}@example.com`) },
    { advertising: 'granted', version, wording: text, source: 'page' },
  )
const [cookies = ''] = await makeReaders(database, [made++])
report('Sizes', [
  {
    name: 'a consent on record with its indexes, bytes',
    value: await store.rowBytes('choice_events'),
    unit: '',
  },
  { name: 'the cookies of a reader with a token, bytes', value: cookies.length, unit: '' },
])

for (const instances of [1, 2, 4]) {
  const env = {
    ...operator.env,
    ...secrets,
    UID2_TIMEOUT_MS: '30000',
    DATABASE_URL: url,
    NEXTAUTH_URL: balancer.origin,
  }
  const sites = await Promise.all(Array.from({ length: instances }, () => startSite({ env })))
  balancer.ports = sites.map(({ port }) => port)
  const pids = sites.map(({ pid }) => pid)
  const rows: Row[] = []
  for (const [name, kind] of Object.entries(work)) {
    const { due, requests } = kind
    // Each process warms up alike.
    for (let i = 0; i < instances; i++) await measure(pids, kind, await newReaders(due))
    const { cpu, storeCpu, statements, calls } = await measure(pids, kind, await newReaders(due))
    const row = (what: string, value: number, unit: Row['unit'] = '') =>
      rows.push({ name: `${name}: ${what}`, value, unit })
    row('CPU of a request', cpu / requests, 'ms')
    row('requests in a CPU second', (1000 * requests) / cpu)
    row('CPU of PostgreSQL for a request', (1000 * storeCpu) / requests, 'µs')
    row('statements for a request', statements / requests)
    if (due)
      rows.push({
        name: `${name}: operator calls for a reader`,
        value: calls,
        unit: '',
        atLeast: 1,
        atMost: Math.min(instances, requests),
      })
  }
  report(`${instances} ${instances === 1 ? 'instance' : 'instances'} on one PostgreSQL`, rows)
  await Promise.all(sites.map(({ stop }) => stop()))
}

report(
  'Operator calls of a reader in an hour: simulated : computed',
  [1, 2, 4, 100].map((instances): Row => {
    const load = { instances, viewsPerHour: 6, dueAfterHours: 1, requestsPerView: 3 }
    const value = simulateCallsPerHour(load, Math.random) / callsPerHour(load)
    return { name: `${instances} instances`, value, unit: '×', atLeast: 0.97, atMost: 1.03 }
  }),
)

await store.end()
await database.db.destroy()
balancer.close()
await postgres.stop()
await operator.close()
