import { dueAtOnce } from '../../tests/support/operator.ts'
import { staticPage } from '../../tests/support/publication.ts'
import { type Visitor, visitor } from '../../tests/support/reader.ts'
import { barChart } from './chart.ts'
import { cpuPerRequest, type Scenario, warmUp } from './cpu.ts'
import { installPeers, startNextApp } from './next-app.ts'
import { browsersOf, cookiesOf, readers, startOurs } from './ours.ts'
import { publish } from './publish.ts'
import { markdownOf, type Row, report, reportTable } from './report.ts'
import { startVendors } from './vendors.ts'

/*
 * The site beside other session libraries for Next: CPU of the server for one request, with answers of the same size,
 * in turns. Each library makes its sessions itself (scripts/bench/apps). The token endpoints are stand-ins on loopback.
 */

const peers = [
  { name: 'authkit-nextjs', module: '@workos-inc/authkit-nextjs', proxy: true },
  { name: 'nextjs-auth0', module: '@auth0/nextjs-auth0', proxy: true },
  { name: 'supabase-ssr', module: '@supabase/ssr', proxy: true },
  { name: 'iron-session', module: 'iron-session', proxy: false },
  { name: 'next-auth', module: 'next-auth', proxy: false },
]
const columns = [
  'JSON, with a session',
  'JSON, signed out',
  'static page, with a session',
  'static page, signed out',
  'JSON, session due for refresh',
]
const [jsonIn = '', jsonOut = '', pageIn = '', pageOut = '', due = ''] = columns
const rounds = 10
const requests = 300
/** Characters of text with which the apps answer as many bytes as the site. Checked when an app starts. */
const sizes = { json: 318, page: 16_300 }

interface App {
  label: string
  /** By column. */
  scenarios: Record<string, Omit<Scenario, 'name'>>
  stop(): Promise<void>
}

const ours = await startOurs()
const vendors = await startVendors()
const versions = await installPeers()
const fresh = await ours.readersWithToken('fresh')
const bytes = {
  json: await sizeOf(fresh, '/api/identity'),
  page: await sizeOf(fresh, staticPage),
}
const apps: App[] = [await startSite(), await startBare()]
for (const peer of peers) apps.push(await startPeer(peer))

async function startSite(): Promise<App> {
  const { site, operator, stop } = ours
  const json = { site, path: '/api/identity' }
  const page = { site, path: staticPage }
  await operator.set({ lifetimes: dueAtOnce })
  const scenarios = {
    [jsonIn]: { ...json, ...cookiesOf(fresh) },
    [jsonOut]: json,
    [pageIn]: { ...page, ...cookiesOf(fresh) },
    [pageOut]: page,
    [due]: { ...json, ...browsersOf(await ours.readersWithToken('due')) },
  }
  return { label: 'this site', scenarios, stop }
}

async function startBare(): Promise<App> {
  const site = await startNextApp({ name: 'bare', sizes, proxy: true })
  const scenarios = { [jsonOut]: { site, path: '/api/json' }, [pageOut]: { site, path: '/static' } }
  return { label: 'bare Next', scenarios, stop: site.stop }
}

async function startPeer({ name, module, proxy }: (typeof peers)[number]): Promise<App> {
  const site = await startNextApp({ name, sizes, proxy, env: vendors.env })
  const signedIn = async (kind: string) => {
    const all = Array.from({ length: readers }, () => visitor(site))
    for (const [i, reader] of all.entries()) await reader.fetch(`/api/sign-in?email=${kind}-${i}@example.com`)
    return all
  }
  const fresh = await signedIn('fresh')
  const json = { site, path: '/api/json' }
  const page = { site, path: '/static' }
  for (const [path, wanted] of [
    [json.path, bytes.json],
    [page.path, bytes.page],
  ] as const) {
    const size = await sizeOf(fresh, path)
    if (Math.abs(size / wanted - 1) > 0.1)
      throw new Error(`${name}${path}: ${size} bytes, not about ${wanted}`)
  }
  const scenarios = {
    [jsonIn]: { ...json, ...cookiesOf(fresh) },
    [jsonOut]: json,
    ...(proxy && {
      [pageIn]: { ...page, ...cookiesOf(fresh) },
      [pageOut]: page,
      // The expired session is sent each time, so that each request refreshes.
      [due]: { site, path: '/api/json?due', ...cookiesOf(await signedIn('due')) },
    }),
  }
  return { label: `${name} ${versions[module]}`, scenarios, stop: site.stop }
}

/** Bytes of an answer to the first of the readers. */
async function sizeOf([reader]: readonly Visitor[], path: string): Promise<number> {
  const answer = await reader?.fetch(path)
  return (await answer?.arrayBuffer())?.byteLength ?? 0
}

const nameOf = (label: string, column: string) => `${label}: ${column}`
const scenarios = apps.flatMap(({ label, scenarios }) =>
  Object.entries(scenarios).map(([column, scenario]) => ({ ...scenario, name: nameOf(label, column) })),
)
const cpu = await cpuPerRequest(scenarios, { rounds, requests })
const dueRequests = warmUp + rounds * requests
const refreshes = {
  site: (await ours.operator.calls()).refresh / dueRequests,
  others: vendors.refreshes() / dueRequests / peers.filter(({ proxy }) => proxy).length,
}
for (const { stop } of apps) await stop()
vendors.close()

const table = {
  title: `CPU of the server for one request, ms (and as a multiple of this site’s): ${rounds} rounds of ${requests} requests, ${readers} connections`,
  columns,
  rows: apps.map(({ label }) => ({ label, values: columns.map((column) => cpu.get(nameOf(label, column))) })),
}
reportTable(table)

const [site, , ...others] = table.rows
const budgets = columns.map((column, i): Row => {
  const measured = others.flatMap(({ label, values }) =>
    values[i] === undefined ? [] : [{ label, value: values[i] }],
  )
  const [best] = measured.toSorted((a, b) => a.value - b.value)
  return {
    name: `${column}: this site : ${best?.label}, the cheapest of the others`,
    value: (site?.values[i] ?? Number.NaN) / (best?.value ?? Number.NaN),
    unit: '×',
    atMost: 1,
  }
})
report('Ratios of the CPU above', [
  ...budgets,
  { name: 'refreshes by this site for one due request', value: refreshes.site, unit: '×' },
  { name: 'refreshes by each of the others for one due request', value: refreshes.others, unit: '×' },
])

publish('peers', {
  page: 'README.md',
  table: markdownOf(table),
  numbers: { ...table, budgets, bytes, refreshes },
  chart: barChart({
    title: 'CPU of the server for one request',
    unit: 'ms',
    groups: [jsonIn, pageIn, due].map((name) => ({
      name,
      bars: table.rows.flatMap(({ label, values }, i) => {
        // The bare app has no session: it does the same for all.
        const signedOut = { [jsonIn]: jsonOut, [pageIn]: pageOut }[name] ?? name
        const value = values[columns.indexOf(i === 1 ? signedOut : name)]
        return value === undefined ? [] : [{ label, value, ours: i === 0 }]
      }),
    })),
  }),
})
