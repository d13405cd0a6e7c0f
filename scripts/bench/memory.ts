import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../lib/database/connection.ts'
import { sendMany } from '../../tests/support/load.ts'
import { testOperator } from '../../tests/support/operator.ts'
import { type Site, startSite } from '../../tests/support/site.ts'
import { siteNodeOptions } from '../support/runtime.mjs'
import { startBareNext } from './bare-next.ts'
import { lineChart } from './chart.ts'
import { memoryOf } from './cpu.ts'
import { publish } from './publish.ts'
import { makeReaders, secrets } from './readers.ts'
import { type Row, report } from './report.ts'

/*
 * Resident memory while every request is of another reader, so that nothing of one helps the next: our JSON route with
 * session, identity cookie and look-up in the store, beside a JSON route of bare Next that gets the same cookies. With
 * `--whole` 1,000,000 readers, which take about an hour on two cores.
 */

const readers = process.argv.includes('--whole') ? 1_000_000 : 50_000
const samples = 100
/** Readers made at a time. */
const batch = 500

const operator = await testOperator()
const site = await startSite({ env: { ...operator.env, ...secrets, NODE_OPTIONS: siteNodeOptions() } })
const bare = await startBareNext({ json: 600, page: 12_000 })
const database = openDatabase(`file:${join(site.dataDir, 'choices.db')}`)

const lineOf = (label: string, site: Site, path: string) => ({
  label,
  site,
  path,
  ours: label === 'ours',
  points: [{ x: 0, y: memoryOf(site.pid) }],
})
const ours = lineOf('ours', site, '/api/identity')
const others = lineOf('bare Next', bare, '/api/json')
const lines = [ours, others]

const make = (first: number) =>
  makeReaders(
    database,
    Array.from({ length: batch }, (_, i) => first + i),
  )
async function send(to: Site, path: string, cookies: readonly string[]): Promise<void> {
  const statuses = await sendMany(to, batch, (i) => ({ path, headers: { cookie: cookies[i] ?? '' } }))
  if (statuses.get(200) !== batch) throw new Error(`${path}: ${[...statuses]}`)
}

/** The mean of a line from one part of its samples to another, MB. */
function meanOf({ points }: typeof ours, from: number, to = from + 0.1): number {
  const some = points.slice(Math.floor(points.length * from), Math.ceil(points.length * to))
  return some.reduce((sum, { y }) => sum + y, 0) / some.length
}

function results(): Row[] {
  const last = meanOf(ours, 0.9)
  const lastOfOthers = meanOf(others, 0.9)
  return [
    { name: 'resident memory, ours: mean of the last tenth', value: last, unit: 'MB' },
    { name: 'resident memory, bare Next: the same', value: lastOfOthers, unit: 'MB' },
    { name: 'ours : bare Next', value: last / lastOfOthers, unit: '×', atMost: 1.1 },
    { name: 'ours, last tenth : fifth tenth', value: last / meanOf(ours, 0.4), unit: '×', atMost: 1.1 },
  ]
}

const cells = ({ name, value, unit }: Row) => `| ${name} | ${value.toFixed(unit === 'MB' ? 0 : 2)} ${unit} |`

let made = make(0)
for (let sent = 0; sent < readers; ) {
  const cookies = await made
  sent += batch
  // The next ones are made while these are sent.
  made = sent < readers ? make(sent) : made
  await Promise.all(lines.map((line) => send(line.site, line.path, cookies)))
  if (sent % (readers / samples) !== 0) continue
  for (const { site, points } of lines) points.push({ x: sent, y: memoryOf(site.pid) })
  // At each sample, so that a run that is ended early leaves what it measured.
  publish('memory', {
    numbers: { requests: sent, lines: lines.map(({ label, points }) => ({ label, points })) },
    chart: lineChart({
      title: 'Resident memory, each request of another reader',
      x: 'requests',
      y: 'MB',
      lines,
    }),
    table: [`| after ${sent} requests | |`, '|---|---|', ...results().map(cells)].join('\n'),
    page: 'memory.md',
  })
}
report(`Memory after ${readers} requests of distinct readers`, results())

await Promise.all(lines.map(({ site }) => site.stop()))
await database.db.destroy()
await operator.close()
rmSync(site.dataDir, { recursive: true, force: true })
