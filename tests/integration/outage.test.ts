import { connect } from 'node:net'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import { dueAtOnce } from '../support/operator.ts'
import { identityCookie } from '../support/publication.ts'
import { visitor, withToken } from '../support/reader.ts'
import { siteWithOperator } from '../support/shared-site.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

const { site: shared, operator } = await siteWithOperator()
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))

/** As a backup or a records tool would: reads go on, writes wait. */
function lockStore(site: Site): () => void {
  const database = new SqliteDatabase(join(site.dataDir, 'choices.db'))
  database.exec('begin immediate')
  return () => {
    database.exec('rollback')
    database.close()
  }
}

const health = async (site: Site) =>
  (await (await fetch(`${site.origin}/api/health`)).json()) as { store: string; pendingRevocations: number }

/** An opt-out that the operator reports, a denial, a withdrawal and a sign-out, none of which can be written. */
async function revokeInOutage(site: Site) {
  const optedOut = await withToken(site)
  const [denier, withdrawer, leaver] = [await withToken(site), await withToken(site), await withToken(site)]
  const copies = [optedOut, denier, withdrawer, leaver].map((reader) => reader.twin())
  const hold = { on: 'refresh', kind: 'optout', latencyMs: 600_000 } as const
  await operator.set({ lifetimes: dueAtOnce, faults: [hold] })
  const asked = optedOut.ensure()
  await until(async () => (await operator.calls()).refresh === 1)
  const unlock = lockStore(site)
  await operator.release()
  const withdrawn = withdrawer.post('/api/identity', { signals: { gdprApplies: true } })
  const answers = [await asked, await denier.choose('denied'), await (await withdrawn).json()]
  for (const answer of answers) expect(answer).toMatchObject({ status: 'unavailable', reason: 'store' })
  const left = await leaver.signOut()
  expect([left.status, await left.json()]).toMatchObject([503, { error: 'not_recorded' }])
  for (const { jar } of [denier, leaver]) expect(jar.has(identityCookie)).toBe(false)
  expect(await health(site)).toMatchObject({ store: 'down', pendingRevocations: 4 })
  expect((await leaver.fetch('/')).status).toBe(200)
  return { unlock, copies }
}

const statuses = async (copies: { jar: Map<string, string> }[], site: Site) => {
  const found = []
  for (const { jar } of copies) found.push((await visitor(site, jar).ensure()).status)
  return found
}
const revoked = ['opted_out', 'denied', 'unsupported', 'signed_out']

describe('revocations in a short outage of the store', () => {
  it('are written once the outage is over, without another request (U3, K6, N4)', async () => {
    const { unlock, copies } = await revokeInOutage(shared)
    unlock()
    await until(async () => (await health(shared)).pendingRevocations === 0)
    expect(await statuses(copies, shared)).toEqual(revoked)
    expect(await health(shared)).toMatchObject({ store: 'ok' })
    expect((await operator.calls()).generate).toBe(0)
  })

  it('are written before the process ends (U3, K6, N4)', async () => {
    const ending = await startSite({ env: operator.env })
    const { unlock, copies } = await revokeInOutage(ending)
    unlock()
    await ending.stop()
    expect(ending.log()).not.toContain('revocations_lost')
    const next = await startSite({ env: operator.env, dataDir: ending.dataDir, port: ending.port })
    expect(await statuses(copies, next)).toEqual(revoked)
    await next.stop()
  })
})

describe('a site that is told to end', () => {
  /** The other tests run meanwhile: the deadline is 8 s. */
  const ended = endWithOpenUpload()

  async function endWithOpenUpload(): Promise<string> {
    const site = await startSite({ env: operator.env })
    const upload = connect(site.port, '127.0.0.1')
    const head = ['POST /api/choice HTTP/1.1', `Host: localhost:${site.port}`, `Origin: ${site.origin}`]
    upload.write(`${head.join('\r\n')}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`)
    upload.on('error', () => {})
    await until(async () => (await fetch(`${site.origin}/api/health`)).status === 200)
    await site.stop()
    upload.destroy()
    return site.log()
  }

  it('ends within its deadline, though an upload never does (D11)', async () => {
    expect(await ended).toContain('shutdown_deadline')
  })
})
