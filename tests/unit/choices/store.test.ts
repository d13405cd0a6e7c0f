import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { pepperFingerprint } from '#lib/choices/keys.ts'
import { noStanding } from '#lib/choices/standing.ts'
import { type Choice, type ChoiceStore, createChoiceStore } from '#lib/choices/store.ts'
import { openDatabase } from '#lib/database/connection.ts'
import { migrate } from '#lib/database/migrations.ts'
import type { Schema } from '#lib/database/schema.ts'
import { hashEmail } from '#lib/uid2/index.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

const [pepper, newer] = ['first-pepper', 'second-pepper'].map((name) => name.padEnd(40, '!')) as [
  string,
  string,
]
const yes: Choice = { advertising: 'granted', version: '1', wording: 'May we?', source: 'page' }
const no: Choice = { ...yes, advertising: 'denied' }
const email = 'canary@example.com'
const reader = { sub: 'demo:a', sid: 'sid-a', diiHash: await hashEmail(email) }
const sameDii = { ...reader, sub: 'google:b', sid: 'sid-b' }
const otherDii = { ...reader, diiHash: await hashEmail('other@example.com') }

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.stop())

const sqliteUrl = () => `file:${join(mkdtempSync(join(tmpdir(), 'lantern-choices-')), 'choices.db')}`

describe.each([
  ['SQLite', async () => sqliteUrl()],
  ['PostgreSQL', () => postgres.database()],
])('the choices store on %s', (_, newUrl) => {
  let url: string
  let db: Kysely<Schema>
  let store: ChoiceStore
  let now: number
  const opened: Kysely<Schema>[] = []

  async function open(...peppers: [string, ...string[]]) {
    const { db, engine } = openDatabase(url)
    opened.push(db)
    await migrate(db, engine)
    return { db, store: createChoiceStore({ db, engine }, peppers, () => now) }
  }

  beforeEach(async () => {
    url = await newUrl()
    now = 1_800_000_000_000
    ;({ db, store } = await open(pepper))
  })
  afterEach(async () => {
    for (const each of opened.splice(0)) await each.destroy()
  })

  it('knows nothing of a stranger', async () => {
    expect(await store.read(reader)).toEqual(noStanding)
    expect(await store.isEnded(reader.sid)).toBe(false)
    expect(await store.peppersInUse()).toEqual([])
  })

  it('K6: the latest choice wins, also within one millisecond', async () => {
    for (const choice of [yes, no, yes, no]) await store.recordChoice(reader, choice)
    expect((await store.read(reader)).choice).toBe('denied')
    await store.recordChoice(reader, yes)
    expect((await store.read(reader)).choice).toBe('granted')
  })

  it('the latest choice is the one recorded last, whatever the clock says', async () => {
    await store.recordChoice(reader, yes)
    now -= 3_600_000
    await store.recordChoice(reader, no)
    expect((await store.read(reader)).choice).toBe('denied')
  })

  it('keeps every choice with the words that were shown', async () => {
    await store.recordChoice(reader, yes)
    await store.recordChoice(reader, { ...no, wording: 'Für Werbung? 広告', source: 'api' })
    const rows = await db.selectFrom('choice_events').selectAll().orderBy('id').execute()
    expect(rows).toMatchObject([
      { advertising: 'granted', wording: 'May we?', version: '1', source: 'page', at: now },
      { advertising: 'denied', wording: 'Für Werbung? 広告', source: 'api', at: now },
    ])
  })

  it('a choice is of one account and one address; an opt-out of the address alone', async () => {
    await store.recordChoice(reader, yes)
    for (const other of [sameDii, otherDii]) expect((await store.read(other)).choice).toBeNull()
    await store.recordOptOut(reader.diiHash, 'uid2')
    expect((await store.read(sameDii)).optedOut).toBe(true)
    expect((await store.read(otherDii)).optedOut).toBe(false)
  })

  it('an opt-out of any further DII of the session counts, from the operator or from here', async () => {
    const third = await hashEmail('third@example.com')
    const both = { ...reader, otherDiiHashes: [otherDii.diiHash, third] }
    await store.recordChoice(otherDii, no)
    expect(await store.read(both)).toMatchObject({ optedOut: false, siteOptOut: true, choice: 'denied' })
    await store.recordChoice(both, yes)
    expect(await store.read(both)).toMatchObject({ siteOptOut: false, choice: 'granted' })
    await store.recordOptOut(third, 'uid2')
    expect((await store.read(both)).optedOut).toBe(true)
    expect((await store.read({ ...both, otherDiiHashes: [otherDii.diiHash] })).optedOut).toBe(false)
    expect((await store.read(reader)).optedOut).toBe(false)
    // Also when it was written with an earlier pepper.
    expect((await (await open(newer, pepper)).store.read(both)).optedOut).toBe(true)
  })

  it('U3: an opt-out may be heard more than once, and stays', async () => {
    for (let i = 0; i < 3; i++) await store.recordOptOut(reader.diiHash, 'euid')
    await store.recordChoice(reader, yes)
    expect(await store.read(reader)).toMatchObject({ optedOut: true, choice: 'granted' })
    expect(await db.selectFrom('opt_outs').selectAll().execute()).toHaveLength(1)
  })

  it('gives consent signals back as they came, until newer ones come', async () => {
    const signals = { tcf: 'CPXxRfAPXxRfA', gdprApplies: true, gpp: 'DBABM', gppSid: [7, 8] }
    await store.recordChoice(reader, { ...yes, signals })
    expect((await store.read(reader)).signals).toEqual(signals)
    await store.recordChoice(reader, yes)
    expect((await store.read(reader)).signals).toEqual(signals)
    await store.recordSignals(reader, { gdprApplies: false })
    expect((await store.read(reader)).signals).toEqual({ gdprApplies: false })
  })

  it('never takes signals for a choice', async () => {
    await store.recordSignals(reader, { gdprApplies: false })
    expect((await store.read(reader)).choice).toBeNull()
    await store.recordChoice(reader, { ...yes, advertising: 'denied' })
    await store.recordSignals(reader, { gpp: 'DBABM' })
    expect((await store.read(reader)).choice).toBe('denied')
  })

  it('N4: an ended session is ended for that sign-in alone', async () => {
    await store.endSession(reader.sid, now + 1000)
    await store.endSession(reader.sid, now + 9000)
    expect(await store.isEnded(reader.sid)).toBe(true)
    expect((await store.read(reader)).ended).toBe(true)
    expect((await store.read({ ...reader, sid: 'sid-again' })).ended).toBe(false)
  })

  it('forgets an ended session when it would have ended by itself, not before', async () => {
    await store.endSession('short', now + 1000)
    await store.endSession('long', now + 5000)
    now += 1000
    await store.endSession('x', now + 1)
    expect(await store.isEnded('short')).toBe(true)
    now += 1
    await store.endSession('y', now + 1)
    expect(await store.isEnded('short')).toBe(false)
    expect(await store.isEnded('long')).toBe(true)
  })

  it('what was recorded is there for the next process', async () => {
    await store.recordChoice(reader, yes)
    await store.recordOptOut(otherDii.diiHash, 'uid2')
    await store.endSession(reader.sid, now + 1000)
    const next = await open(pepper)
    expect(await next.store.read(reader)).toMatchObject({ choice: 'granted', ended: true })
    expect((await next.store.read(otherDii)).optedOut).toBe(true)
  })

  it('a rotated pepper still finds what earlier ones wrote', async () => {
    await store.recordChoice(reader, yes)
    await store.recordOptOut(reader.diiHash, 'uid2')
    const rotated = (await open(newer, pepper)).store
    expect(await rotated.read(reader)).toMatchObject({ choice: 'granted', optedOut: true })
    await rotated.recordChoice(reader, no)
    expect((await rotated.read(reader)).choice).toBe('denied')
    expect((await rotated.peppersInUse()).sort()).toEqual([pepper, newer].map(pepperFingerprint).sort())
    // Without the earlier one an opt-out would be missed: boot refuses by these fingerprints.
    expect((await (await open(newer)).store.read(reader)).optedOut).toBe(false)
  })

  it('S5: no table holds an address, a bare hash of one, a session id or a pepper', async () => {
    await store.recordChoice(reader, { ...yes, signals: { tcf: 'CP' } })
    await store.recordOptOut(reader.diiHash, 'uid2')
    await store.endSession(reader.sid, now + 1000)
    const dump = JSON.stringify(
      await Promise.all(
        (await db.introspection.getTables()).map(({ name }) =>
          sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(db).then(({ rows }) => rows),
        ),
      ),
    )
    expect(dump).toContain('granted')
    const hex = Buffer.from(reader.diiHash, 'base64').toString('hex')
    const url64 = Buffer.from(reader.diiHash, 'base64').toString('base64url')
    for (const secret of [email, 'canary', reader.diiHash, hex, url64, reader.sid, pepper])
      expect(dump).not.toContain(secret)
  })

  it('N3: 200 writes at once are all kept', async () => {
    const subjects = Array.from({ length: 100 }, (_, i) => ({ ...reader, sub: `demo:${i}` }))
    await Promise.all(subjects.flatMap((subject) => [store.recordChoice(subject, yes), store.read(subject)]))
    for (const subject of subjects) expect((await store.read(subject)).choice).toBe('granted')
  })
})
