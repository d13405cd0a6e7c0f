import { dueAtOnce, testOperator } from '../../tests/support/operator.ts'
import { type Visitor, visitor } from '../../tests/support/reader.ts'
import { startSite } from '../../tests/support/site.ts'
import { type Row, report, timeRatio } from './ratio.ts'

const rounds = 200
const article = '/articles/what-lighthouses-measured'
const live = '/live/what-lighthouses-measured'

const ratio = (measured: () => Promise<unknown>, baseline: () => Promise<unknown>) =>
  timeRatio(measured, baseline, { rounds, warmUp: 20 })

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

const rows: Row[] = [
  {
    name: 'page of a due token, operator hanging : page of a fresh one',
    value: await ratio(get(due, live), get(fresh, live)),
    is: 'at most',
    budget: 1.25,
  },
  {
    name: 'static page of a reader with an identity : anonymous',
    value: await ratio(get(fresh, article), get(anonymous, article)),
    is: 'at most',
    budget: 3,
  },
  {
    name: 'GET /api/identity with a token : without a session',
    value: await ratio(get(fresh, '/api/identity'), get(anonymous, '/api/identity')),
    is: 'at most',
    budget: 4,
  },
]
report(
  `The site: medians of ${rounds} requests each, as ratios of times; ${fresh.jar.get('uid2')?.length} bytes of identity cookie`,
  rows,
)

await operator.set({})
await site.stop()
await operator.close()
