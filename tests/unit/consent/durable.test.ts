import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { consentStore, retryRevocations } from '#lib/consent/durable.ts'
import { openStore } from '#lib/consent/open-store.ts'
import { pendingCount } from '#lib/consent/pending-revocations.ts'
import { RejectedWriteError, StoreDownError } from '#lib/database/access.ts'
import { sharedDatabase } from '#lib/database/shared-database.ts'
import { health } from '#lib/observe/health.ts'
import { denial, grant } from '#tests/support/core.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { becomeSite } from '../../support/server-env.ts'

const reader = { sub: 's', sid: 'i', diiHash: 'hash' }
const other = { sub: 'o', sid: 'j', diiHash: 'other' }
const read = (subject = reader) => consentStore.read(subject)
/** After a failure the store is tried again only a moment later. */
const retried = () =>
  vi.waitFor(
    async () => {
      await retryRevocations()
      expect(pendingCount()).toBe(0)
    },
    { timeout: 15_000 },
  )

const optOut = (diiHash = 'hash') => consentStore.recordOptOut(diiHash, 'uid2')
const deny = (subject = reader, choice = denial) => consentStore.recordChoice(subject, choice)
const consent = (subject = reader) => consentStore.recordChoice(subject, grant)
const signOut = (sid = 'i') => consentStore.endSession(sid, Date.now() + 60_000)
const withdraw = () => consentStore.recordSignals(reader, { gdprApplies: true })
const expectDown = (act: Promise<unknown>) => expect(act).rejects.toThrow(StoreDownError)

/** A file in place of the store's folder. Deleting it brings the store back. */
function storeThatIsDown(): () => void {
  const file = join(mkdtempSync(join(tmpdir(), 'lantern-access-')), 'choices')
  writeFileSync(file, '')
  becomeSite({ DATABASE_URL: `file:${join(file, 'choices.db')}` })
  return () => rmSync(file)
}

/** Makes writes to one table fail while reads work, like a full disk or a missing right. */
async function breakWrites(table: string): Promise<() => Promise<void>> {
  const { db } = await sharedDatabase()
  const name = sql.table(table)
  await sql`create trigger broken before insert on ${name} begin insert into missing values (1); end`.execute(
    db,
  )
  return async () => {
    await sql`drop trigger broken`.execute(db)
  }
}

describe('a store that is down', () => {
  it('gets every kind of revocation once it is back, without another request (U3, N4)', async () => {
    const bringBack = storeThatIsDown()
    for (const revoke of [optOut, deny, signOut, withdraw]) await expectDown(revoke())
    expect(pendingCount()).toBe(4)
    bringBack()
    await retried()
    expect(await read()).toMatchObject({
      optedOut: true,
      siteOptOut: true,
      ended: true,
      signals: { gdprApplies: true },
    })
  })

  it('gets repeated revocations once, and loses no other (U3)', async () => {
    const bringBack = storeThatIsDown()
    await expectDown(optOut())
    await expectDown(signOut('first'))
    for (let i = 0; i < 12_000; i++) await (i % 2 ? signOut() : deny(other)).catch(() => {})
    expect(pendingCount()).toBe(4)
    bringBack()
    await retried()
    expect((await read()).optedOut).toBe(true)
    expect(await consentStore.isSessionEnded('first')).toBe(true)
  })

  it('gets pending records in the order of their latest request', async () => {
    const bringBack = storeThatIsDown()
    const record = (signals: object) => consentStore.recordSignals(reader, signals)
    await expectDown(record({ gdprApplies: false }))
    await expectDown(
      consentStore.recordChoice(reader, { ...denial, signals: { gdprApplies: false, gppSid: [7] } }),
    )
    await expectDown(record({ gdprApplies: true }))
    bringBack()
    await retried()
    expect((await read()).signals).toEqual({ gdprApplies: true })
  })

  it('refuses more than 10,000 pending revocations, except opt-outs, and then gives no token (U3)', async () => {
    const bringBack = storeThatIsDown()
    for (let i = 0; i < 10_000; i++) await signOut(`s${i}`).catch(() => {})
    await expectDown(signOut('one too many'))
    await expectDown(optOut())
    expect(pendingCount()).toBe(10_001)
    bringBack()
    await expect(read(other)).rejects.toThrow(/Too many/)
    await expect(consentStore.withSharedLock(other, async () => {})).rejects.toThrow(/Too many/)
  })

  it('reports a session as ended while that is pending (N4)', async () => {
    storeThatIsDown()
    await expectDown(signOut())
    expect(await consentStore.isSessionEnded('i')).toBe(true)
  })
})

describe('a pending revocation', () => {
  beforeEach(() => {
    becomeSite()
  })

  it('closes the store for its reader, and for no other (U3)', async () => {
    await consent(other)
    const mend = await breakWrites('opt_outs')
    await expectDown(optOut())
    await expectDown(read())
    await expectDown(read({ ...other, otherDiiHashes: ['hash'] } as typeof other))
    expect(await read(other)).toMatchObject({ choice: 'granted' })
    await mend()
    await retried()
    expect(await read()).toMatchObject({ optedOut: true })
  })

  it('prevents every action under the lock of its reader (U3)', async () => {
    await breakWrites('opt_outs')
    await expectDown(optOut())
    const act = vi.fn(async () => 'done')
    await expectDown(consentStore.withSharedLock(reader, act))
    expect(act).not.toHaveBeenCalled()
    expect(await consentStore.withSharedLock(other, act)).toBe('done')
  })

  it('does not delay others (U3)', async () => {
    await breakWrites('opt_outs')
    await expectDown(optOut())
    await expectDown(optOut('third'))
    await deny(other)
    await signOut('k')
    await retryRevocations()
    expect(pendingCount()).toBe(2)
    expect(await read(other)).toMatchObject({ choice: 'denied' })
  })

  it('is written before a later consent of its reader, which it must not undo (K6)', async () => {
    const mend = await breakWrites('site_opt_outs')
    await expectDown(deny())
    await expectDown(consent())
    await mend()
    await consent()
    await retryRevocations()
    expect(await read()).toMatchObject({ choice: 'granted', siteOptOut: false })
  })

  it('is written after the database was opened read-only, which opens it again', async () => {
    await read()
    await sql`pragma query_only = on`.execute((await sharedDatabase()).db)
    await expectDown(deny())
    await retried()
    expect(await read()).toMatchObject({ choice: 'denied' })
  })
})

describe('values that the database refuses', () => {
  let postgres: TestPostgres
  beforeAll(async () => {
    postgres = await startPostgres()
  }, 120_000)
  afterAll(() => postgres.stop())
  beforeEach(async () => {
    becomeSite({ DATABASE_URL: await postgres.database(), CHOICES_PEPPER: 'p'.repeat(32) })
    await openStore()
  })
  const poison = { ...grant, wording: 'a\0b' }

  it('fail that consent, and are no outage', async () => {
    await expect(consentStore.recordChoice(reader, poison)).rejects.toThrow(RejectedWriteError)
    expect(health().store).toBe('ok')
    expect(await read()).toMatchObject({ choice: null })
  })

  it('do not prevent a denial or any other record (K6)', async () => {
    await deny(reader, { ...poison, advertising: 'denied' })
    await deny(other)
    expect(pendingCount()).toBe(0)
    expect(await read()).toMatchObject({ choice: 'denied' })
    expect(await read(other)).toMatchObject({ choice: 'denied' })
    expect(health().store).toBe('ok')
  })
})
