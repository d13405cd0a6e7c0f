import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { choiceForm, type PageForm, sendForm } from '../support/forms.ts'
import { type Instances, instanceEnv, startInstances } from '../support/instances.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

let postgres: TestPostgres
let operator: TestOperator
let instances: Instances

beforeAll(async () => {
  ;[postgres, operator] = await Promise.all([startPostgres(), testOperator()])
  instances = await startInstances({ ...operator.env, DATABASE_URL: await postgres.database() })
})
beforeEach(() => operator.set({}))
afterAll(async () => {
  await instances.stop()
  await operator.close()
  await postgres.stop()
})

/** One reader, as the first instance and as the second one meets them. */
async function readerOfBoth(email: string): Promise<[Visitor, Visitor]> {
  const [one, two] = instances.sites
  const reader = visitor(one)
  await reader.signIn({ email })
  await reader.choose('granted')
  return [reader, visitor(two, reader.jar)]
}

const store = async ({ origin }: Site) =>
  ((await (await fetch(`${origin}/api/health`)).json()) as { store: string }).store

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

describe('U3: after an opt-out on one instance none generates', () => {
  interface OptedOut {
    email: string
    /** As the other instance knew them before: cookies, and the form of the choice open in a tab. */
    old: Visitor
    form: PageForm
  }

  /** Tells both instances of a reader, and then one of them of the opt-out. */
  async function optOutOf(call: 'generate' | 'refresh'): Promise<OptedOut> {
    const email = `opts-out-on-${call}@example.com`
    const [one, two] = instances.sites
    const there = visitor(two)
    await there.signIn({ email })
    const form = await choiceForm(there, 'granted')
    if (call === 'generate') {
      // A call that failed here waits to be made again.
      await operator.set({ faults: [{ on: 'generate', status: 500, times: 1 }] })
      expect(await there.choose('granted')).toMatchObject({ status: 'unavailable', reason: 'operator' })
    }
    await operator.set({ lifetimes: dueAtOnce })
    if (call === 'refresh') expect(await there.choose('granted')).toMatchObject({ status: 'available' })
    const here = visitor(one, new Map(there.jar))
    await operator.set({ faults: [{ on: call, kind: 'optout', times: 1 }] })
    expect(await here.ensure()).toMatchObject({ status: 'opted_out' })
    return { email, old: there, form }
  }

  const spelledOtherwise = (email: string) => ` ${email[0]?.toUpperCase()}${email.slice(1)}`

  /** Everything that could make somebody call, on either instance. */
  async function tryEverything({ email, old, form }: OptedOut) {
    for (const site of instances.sites) {
      const anew = visitor(site)
      await anew.signIn({ email: spelledOtherwise(email) })
      for (const reader of [visitor(site, new Map(old.jar)), anew]) {
        for (const path of ['/privacy', '/live/what-lighthouses-measured', '/choice', '/'])
          expect((await reader.fetch(path)).status).toBe(200)
        const headers = { origin: site.origin, 'sec-fetch-site': 'same-origin' }
        expect((await sendForm(reader, form, headers)).status).toBe(303)
        for (const answer of [await reader.identity(), await reader.ensure(), await reader.choose('granted')])
          expect(answer).toEqual({ status: 'opted_out', now: expect.any(Number) })
      }
    }
    expect((await operator.calls()).generate).toBe(0)
  }

  it('by no surface of either, nor restarted, nor with another pepper', async () => {
    const readers = [await optOutOf('generate'), await optOutOf('refresh')]
    await operator.set({})
    for (const reader of readers) await tryEverything(reader)
    await instances.restart(1)
    await instances.restart('both', {
      env: { CHOICES_PEPPER: 'newer'.padEnd(32, '.'), CHOICES_PEPPER_PREVIOUS: instanceEnv.CHOICES_PEPPER },
    })
    for (const reader of readers) await tryEverything(reader)
  })
})

describe('processes that start at the same moment on an empty database', () => {
  it.each<[string, number, () => Promise<string>]>([
    ['PostgreSQL', 4, () => postgres.database()],
    ['SQLite', 2, async () => `file:${join(mkdtempSync(join(tmpdir(), 'lantern-empty-')), 'choices.db')}`],
  ])('on %s %i of them become healthy, and share it', async (_, count, newUrl) => {
    const options = { env: { ...instanceEnv, ...operator.env, DATABASE_URL: await newUrl() } }
    const sites = await Promise.all(Array.from({ length: count }, () => startSite(options)))
    const reader = visitor(sites[0] as Site)
    await reader.signIn({ email: 'first@example.com' })
    await reader.choose('denied')
    for (const site of sites) {
      expect(await visitor(site, reader.jar).identity()).toMatchObject({ status: 'denied' })
      expect(await store(site)).toBe('ok')
      expect(site.log()).not.toContain('store_down')
    }
    await Promise.all(sites.map((site) => site.stop()))
  })
})

describe('PostgreSQL goes away under running instances', () => {
  it('U4: tokens stop and pages stay, also where a site starts meanwhile; all is back with it', async () => {
    const [here, there] = await readerOfBoth('outage@example.com')
    const [denier] = await readerOfBoth('denier@example.com')
    const down = { status: 'unavailable', reason: 'store', now: expect.any(Number) }
    // In the midst of requests: connections break while they are asked, lent out, and idle.
    let answered = 0
    const asked = Array.from({ length: 120 }, async (_, i) => {
      const twin = (i % 2 ? here : there).twin()
      const { status } = await twin.identity()
      answered++
      return status
    })
    await until(() => answered > 20)
    await postgres.crash()
    expect(answered).toBeLessThan(120)
    for (const status of await Promise.all(asked)) expect(['available', 'unavailable']).toContain(status)
    const started = await startSite({ env: instances.env })
    const late = visitor(started, new Map(here.jar))
    for (const reader of [here, there, late]) {
      expect(await reader.identity()).toEqual(down)
      expect(await reader.ensure()).toEqual(down)
      for (const path of ['/', '/privacy', '/live/what-lighthouses-measured'])
        expect((await reader.fetch(path)).status).toBe(200)
    }
    const all = [...instances.sites, started]
    for (const site of all) expect(await store(site)).toBe('down')
    expect(await denier.twin().choose('denied')).toEqual(down)

    await postgres.restart()
    for (const reader of [here, there, late])
      await until(async () => (await reader.identity()).status === 'available')
    for (const site of all) {
      expect(await store(site)).toBe('ok')
      expect(site.log()).not.toMatch(/uncaught|unhandled/i)
    }
    // The denial that waited is written within a second of the database's return.
    await until(async () => (await denier.identity()).status === 'denied')
    expect(await visitor(started, denier.jar).identity()).toMatchObject({ status: 'denied' })
    await started.stop()
  })
})
