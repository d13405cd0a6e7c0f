import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  readStandingOf,
  recordConsent,
  recordRevocation,
  retryRevocations,
  withChoices,
} from '#lib/consent/durable.ts'
import { choices } from '#lib/consent/open.ts'
import { pendingCount, type Revocation } from '#lib/consent/pending.ts'
import { RejectedWriteError, StoreDownError } from '#lib/database/access.ts'
import { database } from '#lib/database/open.ts'
import { health } from '#lib/observe/health.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { becomeSite } from '../../support/server-env.ts'
import { no, yes } from './stores.ts'

const reader = { sub: 's', sid: 'i', diiHash: 'hash' }
const other = { sub: 'o', sid: 'j', diiHash: 'other' }
const look = (subject = reader) => readStandingOf(subject)
/** A store that failed is left alone for a moment, and then tried again. */
const retried = () =>
  vi.waitFor(
    async () => {
      await retryRevocations()
      expect(pendingCount()).toBe(0)
    },
    { timeout: 15_000 },
  )

const optOut: Revocation = { kind: 'opt_out', diiHash: 'hash', source: 'uid2' }
const denial = (subject = reader, choice = no): Revocation => ({ kind: 'denial', subject, choice })
const signOut = (sid = 'i'): Revocation => ({ kind: 'session', sid, until: Date.now() + 60_000 })
const withdrawal: Revocation = { kind: 'signals', subject: reader, signals: { gdprApplies: true } }
const notRecorded = (revocation: Revocation) =>
  expect(recordRevocation(revocation)).rejects.toThrow(StoreDownError)

/** A file where the store's folder should be; taking it away brings the store back. */
function storeThatIsDown(): () => void {
  const file = join(mkdtempSync(join(tmpdir(), 'lantern-access-')), 'choices')
  writeFileSync(file, '')
  becomeSite({ DATABASE_URL: `file:${join(file, 'choices.db')}` })
  return () => rmSync(file)
}

/** Makes writes to one table fail while reads go on, as a full disk or a missing right would. */
async function breakWrites(table: string): Promise<() => Promise<void>> {
  const { db } = await database()
  const name = sql.table(table)
  await sql`create trigger broken before insert on ${name} begin insert into missing values (1); end`.execute(
    db,
  )
  return async () => {
    await sql`drop trigger broken`.execute(db)
  }
}

describe('a store that is down', () => {
  it('U3, N4: every kind of revocation is written once it is back, without another request', async () => {
    const bringBack = storeThatIsDown()
    for (const revocation of [optOut, denial(), signOut(), withdrawal]) await notRecorded(revocation)
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

  it('U3: repeated revocations wait once, and push out no other', async () => {
    const bringBack = storeThatIsDown()
    await notRecorded(optOut)
    await notRecorded(signOut('first'))
    for (let i = 0; i < 12_000; i++) await recordRevocation(i % 2 ? signOut() : denial(other)).catch(() => {})
    expect(pendingCount()).toBe(4)
    bringBack()
    await retried()
    expect((await look()).optedOut).toBe(true)
    expect(await withChoices((store) => store.isEnded('first'))).toBe(true)
  })

  it('U3: when too many wait, more are refused, opt-outs are kept, and nobody is given a token', async () => {
    const bringBack = storeThatIsDown()
    for (let i = 0; i < 10_000; i++) await recordRevocation(signOut(`s${i}`)).catch(() => {})
    await notRecorded(signOut('one too many'))
    await notRecorded(optOut)
    expect(pendingCount()).toBe(10_001)
    bringBack()
    await expect(withChoices((store) => store.read(other))).rejects.toThrow(/Too many/)
  })

  it('is not asked by everybody in turn', async () => {
    storeThatIsDown()
    const asked = vi.fn()
    await expect(look()).rejects.toThrow(StoreDownError)
    await expect(withChoices(asked)).rejects.toThrow(/is down/)
    expect(asked).not.toHaveBeenCalled()
  })
})

describe('a revocation that waits to be written', () => {
  beforeEach(() => {
    becomeSite()
  })

  it('U3: closes the store to the reader it concerns, and to no other', async () => {
    await recordConsent(other, yes)
    const mend = await breakWrites('opt_outs')
    await notRecorded(optOut)
    await expect(look()).rejects.toThrow(StoreDownError)
    await expect(look({ ...other, otherDiiHashes: ['hash'] } as typeof other)).rejects.toThrow(StoreDownError)
    expect(await look(other)).toMatchObject({ choice: 'granted' })
    await mend()
    await retried()
    expect(await look()).toMatchObject({ optedOut: true })
  })

  it('U3: does not keep others from being written', async () => {
    await breakWrites('opt_outs')
    await notRecorded(optOut)
    await notRecorded({ ...optOut, diiHash: 'third' } as Revocation)
    await recordRevocation(denial(other))
    await recordRevocation(signOut('k'))
    await retryRevocations()
    expect(pendingCount()).toBe(2)
    expect(await look(other)).toMatchObject({ choice: 'denied' })
  })

  it('K6: is written before a later consent of the same reader, which it must not undo', async () => {
    const mend = await breakWrites('site_opt_outs')
    await notRecorded(denial())
    await expect(recordConsent(reader, yes)).rejects.toThrow(StoreDownError)
    await mend()
    await recordConsent(reader, yes)
    await retryRevocations()
    expect(await look()).toMatchObject({ choice: 'granted', siteOptOut: false })
  })

  it('a database that was opened read-only is opened anew', async () => {
    await look()
    await sql`pragma query_only = on`.execute((await database()).db)
    await notRecorded(denial())
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
    await choices()
  })
  const poison = { ...yes, wording: 'a\0b' }

  it('are that consent’s failure, and no outage', async () => {
    await expect(recordConsent(reader, poison)).rejects.toThrow(RejectedWriteError)
    expect(health().store).toBe('ok')
    expect(await look()).toMatchObject({ choice: null })
  })

  it('K6: do not keep a denial from being recorded, nor anything else', async () => {
    await recordRevocation(denial(reader, { ...poison, advertising: 'denied' }))
    await recordRevocation(denial(other))
    expect(pendingCount()).toBe(0)
    expect(await look()).toMatchObject({ choice: 'denied' })
    expect(await look(other)).toMatchObject({ choice: 'denied' })
    expect(health().store).toBe('ok')
  })
})
