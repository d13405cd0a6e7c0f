import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { encode } from 'next-auth/jwt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from '../../scripts/support/runtime.mjs'
import { type Shot, sendMany } from '../support/load.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

const secret = 'the-secret-of-this-site'.padEnd(32, '.')
const distinct = 200_000
/** The counters of addresses, which fill in the second quarter, take less than this. */
const allowanceMb = 10
const probe = pathToFileURL(join(root, 'tests/support/heap-probe.mjs')).href
let site: Site

beforeAll(async () => {
  const options = `--max-old-space-size=256 --import=${probe}`
  site = await startSite({ env: { NEXTAUTH_SECRET: secret, TRUST_PROXY_HOPS: '1', NODE_OPTIONS: options } })
})
afterAll(() => site.stop())

/** In use after garbage collection, MB. */
async function heapInUse(): Promise<number> {
  const before = site.log().length
  process.kill(site.pid, 'SIGUSR2')
  const printed = () => /heap (\d+)\n/.exec(site.log().slice(before))?.[1]
  await until(() => printed() !== undefined)
  return Number(printed()) / 1e6
}

/** Each request is from a new address and a new reader. */
async function fromNewReader(i: number): Promise<Shot> {
  const address = `2001:db8:${(i >> 16).toString(16)}:${(i & 0xffff).toString(16)}::1`
  const dii = { kind: 'email', value: `soak-${i}@example.com` }
  const session = await encode({ token: { sub: `demo:${i}`, sid: randomUUID(), dii, otherDii: [] }, secret })
  const headers = {
    origin: site.origin,
    'sec-fetch-site': 'same-origin',
    'x-forwarded-for': address,
    cookie: `lantern-session=${session}`,
  }
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
  const json = { ...headers, 'content-type': 'application/json' }
  const kind = i % 20
  if (kind === 0) return { path: '/api/choice', headers: json, body: '{"advertising":"granted"}' }
  if (kind < 8) return { path: '/api/sign-in/finish', headers: form, body: 'secret=x' }
  if (kind === 8) return { path: '/api/auth/csrf', headers }
  if (kind < 12) return { path: '/api/identity', headers }
  if (kind < 16) return { path: '/api/identity', headers, body: '' }
  return { path: '/api/sign-out', headers, body: '' }
}

it('200,000 distinct readers at as many addresses leave the heap as 50,000 leave it (S24)', async () => {
  const heaps: number[] = []
  const quarter = distinct / 4
  for (let i = 0; i < 4; i++) {
    const statuses = await sendMany(site, quarter, (j) => fromNewReader(i * quarter + j))
    // All were processed: none was limited, and none failed.
    expect([...statuses.keys()].sort()).toEqual([200, 204, 422])
    heaps.push(await heapInUse())
  }
  const [first = 0, , , last = 0] = heaps
  expect(last, `MB after each quarter: ${heaps.map(Math.round)}`).toBeLessThan(first + allowanceMb)
}, 1_200_000)
