import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { attributingOperator } from '../support/attributing-operator.ts'
import { choiceForm, sendForm } from '../support/forms.ts'
import { startInstances } from '../support/instances.ts'
import { playAtRandom } from '../support/model/play.ts'
import { dueAtOnce } from '../support/operator.ts'
import { startPostgres } from '../support/postgres.ts'
import { type ProofVisitor, proofVisitor } from '../support/proof.ts'
import { livePage } from '../support/publication.ts'
import { newEmail, sameOrigin, signedIn, type Visitor, visitor, withToken } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

const mails: string[] = []
const mailServer = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData: (stream, _, done) =>
    void text(stream).then((mail) => {
      mails.push(mail)
      done()
    }),
})
await new Promise<void>((resolve) => mailServer.listen(0, '127.0.0.1', resolve))

const [postgres, operator] = await Promise.all([startPostgres(), attributingOperator()])
const instances = await startInstances({
  ...operator.env,
  DATABASE_URL: await postgres.database(),
  SMTP_URL: `smtp://127.0.0.1:${(mailServer.server.address() as AddressInfo).port}`,
  MAIL_FROM: 'sign-in@news.example',
  TRUST_PROXY_HOPS: '1',
  UID2_TIMEOUT_MS: '30000',
})
const [one, two] = instances.sites
beforeEach(() => operator.set({}))
afterAll(async () => {
  await instances.stop()
  await operator.close()
  await postgres.stop()
  mailServer.close()
})

/** One reader with a token, as the first instance and as the second one know them. */
async function readerOfBoth(): Promise<[Visitor, Visitor]> {
  const reader = await withToken(one)
  return [reader, visitor(two, reader.jar)]
}
/** Asks for a link by mail. Returns its secret. */
async function ask(reader: ProofVisitor, value = newEmail()): Promise<string> {
  mails.length = 0
  expect((await reader.step('ask', { kind: 'email', value })).status).toBe(200)
  // A mail breaks long lines with `=`.
  return /secret=([\w-]{43})/.exec(mails.join().replaceAll(/=\r\n/g, '').replaceAll('=3D', '='))?.[1] ?? ''
}
const times = async (count: number, run: (i: number) => Promise<Response>) => {
  const statuses: number[] = []
  for (let i = 0; i < count; i++) statuses.push((await run(i)).status)
  return statuses
}
const all = (count: number, status: number) => Array<number>(count).fill(status)

describe('two instances on one PostgreSQL', () => {
  it('know the same denial and the same sign-out', async () => {
    const [here, there] = await readerOfBoth()
    expect((await there.identity()).status).toBe('available')
    const before = there.twin()
    await here.choose('denied')
    expect((await before.identity()).status).toBe('denied')
    await here.signOut()
    expect((await before.identity()).status).toBe('signed_out')
  })

  it('count the same 30 requests of a reader in a minute', async () => {
    const both = await readerOfBoth()
    // The consent was the first one.
    const statuses = await times(30, (i) => (both[i % 2] ?? both[0]).post('/api/identity'))
    expect(statuses).toEqual([...all(29, 200), 429])
  })

  it('do not generate after an opt-out that one of them received, on any surface (U3)', async () => {
    const email = newEmail()
    const there = await signedIn(two, email)
    const form = await choiceForm(there, 'granted')
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'generate', status: 500, times: 1 }] })
    // A call that failed here waits to be made again.
    expect(await there.choose('granted')).toMatchObject({ status: 'unavailable', reason: 'operator' })
    const before = there.twin()
    await operator.set({ faults: [{ on: 'generate', kind: 'optout', times: 1 }] })
    expect(await visitor(one, there.jar).ensure()).toMatchObject({ status: 'opted_out' })
    await operator.set({})
    for (const site of instances.sites)
      for (const reader of [visitor(site, before.jar), await signedIn(site, ` ${email.toUpperCase()}`)]) {
        for (const path of ['/privacy', livePage, '/choice', '/'])
          expect((await reader.fetch(path)).status).toBe(200)
        expect((await sendForm(reader, form, sameOrigin(site))).status).toBe(303)
        for (const answer of [await reader.identity(), await reader.ensure(), await reader.choose('granted')])
          expect(answer).toEqual({ status: 'opted_out', now: expect.any(Number) })
      }
    expect((await operator.calls()).generate).toBe(0)
  })

  it('accept a link that the other one mailed, once, and count what is sent to a receiver', async () => {
    const value = newEmail()
    const there = proofVisitor(one)
    const secret = await ask(there, value)
    const here = proofVisitor(two, new Map(there.jar))
    expect((await here.step('finish', { secret: 'wrong' })).status).toBe(422)
    const uses = await Promise.all(
      [here, there].map((reader) => proofVisitor(two, new Map(reader.jar)).step('finish', { secret })),
    )
    expect(uses.map(({ status }) => status).sort()).toEqual([200, 422])
    const network = { 'x-forwarded-for': '192.0.2.9' }
    const more = (i: number) => proofVisitor(i % 2 ? one : two).step('ask', { kind: 'email', value }, network)
    expect(await times(6, more)).toEqual([...all(5, 200), 429])
  })
})

describe('PostgreSQL goes away under running instances', () => {
  const store = async ({ origin }: Site) =>
    ((await (await fetch(`${origin}/api/health`)).json()) as { store: string }).store

  it('tokens and sign-ins stop and pages stay, also where a site starts meanwhile; all is back with it (U4)', async () => {
    const [here, there] = await readerOfBoth()
    const denier = await withToken(one)
    const finisher = proofVisitor(two)
    const secret = await ask(finisher)
    const down = { status: 'unavailable', reason: 'store', now: expect.any(Number) }
    // Connections break while they are opened, in use, and idle.
    let answered = 0
    const asked = Array.from({ length: 120 }, async (_, i) => {
      const { status } = await (i % 2 ? here : there).twin().identity()
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
      for (const ask of [reader.identity, reader.ensure]) expect(await ask()).toEqual(down)
      for (const path of ['/', '/privacy', '/choice', '/sign-in', livePage])
        expect((await reader.fetch(path)).status, path).toBe(200)
    }
    const sites = [one, two, started]
    for (const site of sites) expect(await store(site)).toBe('down')
    expect(await (await signedIn(started)).choose('granted')).toEqual(down)
    const unsent = await proofVisitor(two).step('ask', { kind: 'email', value: newEmail() })
    expect([unsent.status, await unsent.json()]).toMatchObject([503, { problem: 'not_sent' }])
    const unfinished = await finisher.form('finish', { secret })
    expect([unfinished.status, await unfinished.text()]).toEqual([
      503,
      expect.stringContaining('Signing in does not work at the moment.'),
    ])
    expect(finisher.jar.has('lantern-session')).toBe(false)
    expect(await denier.twin().choose('denied')).toEqual(down)
    expect((await late.twin().signOut()).status).toBe(503)
    await started.stop()
    expect(started.log()).toContain('revocations_lost')

    await postgres.restart()
    for (const reader of [here, there])
      await until(async () => (await reader.identity()).status === 'available')
    // The denial that waited is written without another request.
    await until(async () => (await denier.identity()).status === 'denied')
    expect(await visitor(two, denier.jar).identity()).toMatchObject({ status: 'denied' })
    for (const site of [one, two]) expect(await store(site)).toBe('ok')
    for (const site of sites) expect(site.log()).not.toMatch(/uncaught|unhandled|\n\s+at /i)
  })
})

it('readers on two instances get only answers that the model allows (U3, K6, N4)', async () => {
  expect.hasAssertions()
  await playAtRandom(instances, operator, { runs: 8, stepsPerRestart: 200, longestMs: 4_000 })
  // The last run may be slow on a busy machine, and a failure is reduced.
}, 120_000)
