import { dueAtOnce, testOperator } from '../../tests/support/operator.ts'
import { type Visitor, visitor } from '../../tests/support/reader.ts'
import { startSite } from '../../tests/support/site.ts'

const rounds = 200
const article = '/articles/what-lighthouses-measured'
const live = '/live/what-lighthouses-measured'

/** Medians of two kinds of request, taken in turn so that both meet the same machine. */
async function ratio(measured: () => Promise<unknown>, baseline: () => Promise<unknown>): Promise<number> {
  const times = { measured: [] as number[], baseline: [] as number[] }
  for (let round = -20; round < rounds; round++)
    for (const [kind, run] of [
      ['measured', measured],
      ['baseline', baseline],
    ] as const) {
      const begun = performance.now()
      await run()
      // The first ones warm up.
      if (round >= 0) times[kind].push(performance.now() - begun)
    }
  return median(times.measured) / median(times.baseline)
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const get = (reader: Visitor, path: string) => async () => (await reader.fetch(path)).arrayBuffer()

const operator = await testOperator()
const site = await startSite({ env: { ...operator.env, UID2_TIMEOUT_MS: '30000' } })
const anonymous = visitor(site)

const fresh = visitor(site)
await fresh.signIn({ email: 'fresh@example.com' })
await fresh.choose('granted')

await operator.set({ lifetimes: dueAtOnce })
const due = visitor(site)
await due.signIn({ email: 'due@example.com' })
await due.choose('granted')
await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'hang' }] })

const rows: [name: string, ratio: number, budget: number][] = [
  [
    'page of a due token, operator hanging : page of a fresh one',
    await ratio(get(due, live), get(fresh, live)),
    1.25,
  ],
  [
    'static page of a reader with an identity : anonymous',
    await ratio(get(fresh, article), get(anonymous, article)),
    3,
  ],
  [
    'GET /api/identity with a token : without a session',
    await ratio(get(fresh, '/api/identity'), get(anonymous, '/api/identity')),
    4,
  ],
]
console.log(
  `\nMedians of ${rounds} requests each, as ratios; ${JSON.stringify(fresh.jar.get('uid2')?.length)} bytes of identity cookie.`,
)
for (const [name, value, budget] of rows)
  console.log(`${value <= budget ? 'ok  ' : 'SLOW'} ${value.toFixed(2)} (≤ ${budget})  ${name}`)

await operator.set({})
await site.stop()
await operator.close()
process.exitCode = rows.every(([, value, budget]) => value <= budget) ? 0 : 1
