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
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { becomeSite } from '../../support/server-env.ts'
import { no, yes } from './stores.ts'

const reader = { sub: 's', sid: 'i', diiHash: 'hash' }
const other = { sub: 'o', sid: 'j', diiHash: 'other' }
const look = (subject = reader) => consentStore.read(subject)
/** A store that failed is left alone for a moment, and then tried again. */
const retried = () =>
  vi.waitFor(
    async () => {
      await retryRevocations()
      expect(pendingCount()).toBe(0)
    },
    { timeout: 15_000 },
  )

const optOut = (diiHash = 'hash') => consentStore.recordOptOut(diiHash, 'uid2')
const deny = (subject = reader, choice = no) => consentStore.recordChoice(subject, choice)
const consent = (subject = reader) => consentStore.recordChoice(subject, yes)
const signOut = (sid = 'i') => consentStore.endSession(sid, Date.now() + 60_000)
const withdraw = () => consentStore.recordSignals(reader, { gdprApplies: true })
const expectDown = (act: Promise<unknown>) => expect(act).rejects.toThrow(StoreDownError)

/** A file where the store's folder should be; taking it away brings the store back. */
function storeThatIsDown(): () => void {
  const file = join(mkdtempSync(join(tmpdir(), 'lantern-access-')), 'choices')
  writeFileSync(file, '')
  becomeSite({ DATABASE_URL: `file:${join(file, 'choices.db')}` })
  return () => rmSync(file)
}

/** Makes writes to one table fail while reads go on, as a full disk or a missing right would. */
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
    expect(await look()).toMatchObject({
      optedOut: true,
      siteOptOut: true,
      ended: true,
      signals: { gdprApplies: true },
    })
  })

  it('has repeated revocations wait once, and push out no other (U3)', async () => {
    const bringBack = storeThatIsDown()
    await expectDown(optOut())
    await expectDown(signOut('first'))
    for (let i = 0; i < 12_000; i++) await (i % 2 ? signOut() : deny(other)).catch(() => {})
    expect(pendingCount()).toBe(4)
    bringBack()
    await retried()
    expect((await look()).optedOut).toBe(true)
    expect(await consentStore.isSessionEnded('first')).toBe(true)
  })

  it('writes what waited in the order in which it came last', async () => {
    const bringBack = storeThatIsDown()
    const say = (signals: object) => consentStore.recordSignals(reader, signals)
    await expectDown(say({ gdprApplies: false }))
    await expectDown(
      consentStore.recordChoice(reader, { ...no, signals: { gdprApplies: false, gppSid: [7] } }),
    )
    await expectDown(say({ gdprApplies: true }))
    bringBack()
    await retried()
    expect((await look()).signals).toEqual({ gdprApplies: true })
  })

  it('refuses more when too many wait, keeps opt-outs, and gives out no token (U3)', async () => {
    const bringBack = storeThatIsDown()
    for (let i = 0; i < 10_000; i++) await signOut(`s${i}`).catch(() => {})
    await expectDown(signOut('one too many'))
    await expectDown(optOut())
    expect(pendingCount()).toBe(10_001)
    bringBack()
    await expect(look(other)).rejects.toThrow(/Too many/)
    await expect(consentStore.withSharedLock(other, async () => {})).rejects.toThrow(/Too many/)
  })

  it('knows a session as ended whose end waits to be written (N4)', async () => {
    storeThatIsDown()
    await expectDown(signOut())
    expect(await consentStore.isSessionEnded('i')).toBe(true)
  })
})

describe('a revocation that waits to be written', () => {
  beforeEach(() => {
    becomeSite()
  })

  it('closes the store to the reader it concerns, and to no other (U3)', async () => {
    await consent(other)
    const mend = await breakWrites('opt_outs')
    await expectDown(optOut())
    await expectDown(look())
    await expectDown(look({ ...other, otherDiiHashes: ['hash'] } as typeof other))
    expect(await look(other)).toMatchObject({ choice: 'granted' })
    await mend()
    await retried()
    expect(await look()).toMatchObject({ optedOut: true })
  })

  it('begins no act under the lock of the reader it concerns (U3)', async () => {
    await breakWrites('opt_outs')
    await expectDown(optOut())
    const act = vi.fn(async () => 'done')
    await expectDown(consentStore.withSharedLock(reader, act))
    expect(act).not.toHaveBeenCalled()
    expect(await consentStore.withSharedLock(other, act)).toBe('done')
  })

  it('does not keep others from being written (U3)', async () => {
    await breakWrites('opt_outs')
    await expectDown(optOut())
    await expectDown(optOut('third'))
    await deny(other)
    await signOut('k')
    await retryRevocations()
    expect(pendingCount()).toBe(2)
    expect(await look(other)).toMatchObject({ choice: 'denied' })
  })

  it('is written before a later consent of the same reader, which it must not undo (K6)', async () => {
    const mend = await breakWrites('site_opt_outs')
    await expectDown(deny())
    await expectDown(consent())
    await mend()
    await consent()
    await retryRevocations()
    expect(await look()).toMatchObject({ choice: 'granted', siteOptOut: false })
  })

  it('is written though the database was opened read-only: it is opened again', async () => {
    await look()
    await sql`pragma query_only = on`.execute((await sharedDatabase()).db)
    await expectDown(deny())
    await retried()
    expect(await look()).toMatchObject({ choice: 'denied' })
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
  const poison = { ...yes, wording: 'a\0b' }

  it('are that consent’s failure, and no outage', async () => {
    await expect(consentStore.recordChoice(reader, poison)).rejects.toThrow(RejectedWriteError)
    expect(health().store).toBe('ok')
    expect(await look()).toMatchObject({ choice: null })
  })

  it('do not keep a denial from being recorded, nor anything else (K6)', async () => {
    await deny(reader, { ...poison, advertising: 'denied' })
    await deny(other)
    expect(pendingCount()).toBe(0)
    expect(await look()).toMatchObject({ choice: 'denied' })
    expect(await look(other)).toMatchObject({ choice: 'denied' })
    expect(health().store).toBe('ok')
  })
})
