import { setImmediate as turn } from 'node:timers/promises'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { ConsentRecords } from '#lib/consent/store.ts'
import { denial, grant } from '#tests/support/core.ts'
import { until } from '../../support/until.ts'
import {
  describeSqlStores,
  describeStores,
  newer,
  otherDii,
  pepper,
  reader,
  type SqlStoreTests,
  sameDii,
} from './stores.ts'

const third = { ...reader, diiHash: 'third' }
const both = { ...reader, otherDiiHashes: [otherDii.diiHash] }
type Write = (store: ConsentRecords) => Promise<unknown>

const writes: [string, Write][] = [
  ['an opt-out', (store) => store.recordOptOut(reader.diiHash, 'uid2')],
  ['an opt-out of another DII of the session', (store) => store.recordOptOut(otherDii.diiHash, 'uid2')],
  ['a denial', (store) => store.recordChoice(reader, denial)],
  ['a denial of another account', (store) => store.recordChoice(sameDii, denial)],
  ['a consent', (store) => store.recordChoice(sameDii, grant)],
  ['an erasure', (store) => store.forget(['x', otherDii.diiHash])],
  ['the end of the session', (store) => store.endSession(reader.sid, 1_900_000_000_000)],
]

function gate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** An action under the lock that has started, and runs until `end` is called. */
async function begin(store: ConsentRecords, subject = both) {
  const [entered, ending] = [gate(), gate()]
  const over = store.withSharedLock(subject, async (state) => {
    entered.open()
    await ending.opened
    return state
  })
  await Promise.race([entered.opened, over])
  return {
    end() {
      ending.open()
      return over
    },
  }
}

/** Resolves when this many wait for a lock of PostgreSQL. */
const waiting = (on: SqlStoreTests, count: number) =>
  until(async () => {
    const { rows } = await sql`select 1 from pg_locks where locktype = 'advisory' and not granted`.execute(
      on.db,
    )
    return rows.length === count
  })

/** SQLite and memory wait within this process: without waiting, a write takes only a few turns. */
const turns = async () => {
  for (let count = 0; count < 100; count++) await turn()
}

describeStores('an action under the shared lock', (on, kind) => {
  it('gets the current consent state', async () => {
    await on.store.recordChoice(both, grant)
    const state = await on.store.read(both)
    expect(state.choice).toBe('granted')
    expect(await on.store.withSharedLock(both, async (given) => given)).toEqual(state)
  })

  it.each(writes)('makes %s wait (U3, K6)', async (_, write) => {
    await on.store.recordChoice(both, grant)
    const held = await begin(on.store)
    const order: string[] = []
    const written = write(on.store).then(() => order.push('written'))
    if (kind === 'postgres') await waiting(on as SqlStoreTests, 1)
    else await turns()
    order.push('ended')
    expect(await held.end()).toMatchObject({ choice: 'granted', optedOut: false, ended: false })
    await written
    expect(order).toEqual(['ended', 'written'])
  })

  it('rejects when it fails, and leaves nothing locked', async () => {
    await expect(
      on.store.withSharedLock(both, () => Promise.reject(new Error('of the work'))),
    ).rejects.toThrow('of the work')
    await on.store.recordOptOut(reader.diiHash, 'uid2')
    expect(await on.store.withSharedLock(both, async ({ optedOut }) => optedOut)).toBe(true)
  })

  // On PostgreSQL only a held lock makes the order certain: see below.
  if (kind !== 'postgres')
    it('sees what was written before it (U3)', async () => {
      const writing = on.store.recordOptOut(reader.diiHash, 'uid2')
      expect(await on.store.withSharedLock(both, async ({ optedOut }) => optedOut)).toBe(true)
      await writing
    })
})

const besideAnother = (on: SqlStoreTests): void => {
  it.each(writes)('makes %s wait, with any first pepper (U3, K6)', async (_, write) => {
    const held = await begin((await on.open(newer, pepper)).store)
    const before = await on.dump()
    let written = false
    const writing = write(on.store).then(() => {
      written = true
    })
    await waiting(on, 1)
    expect(await on.dump()).toEqual(before)
    expect(written).toBe(false)
    await held.end()
    await writing
  })

  it('blocks no reads in any instance, and no writes for other readers', async () => {
    const here = await begin(on.store)
    const there = await begin((await on.open(pepper)).store)
    expect(await on.store.withSharedLock(both, async ({ choice }) => choice)).toBeNull()
    await on.store.recordOptOut(third.diiHash, 'uid2')
    await on.store.recordChoice(third, denial)
    await on.store.endSession('another reader', on.now)
    await here.end()
    await there.end()
  })

  describe.each(['read committed', 'repeatable read', 'serializable'])(
    'on a database whose default isolation is %s',
    (level) => {
      it('sees a write that began before it was requested (U3)', async () => {
        const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(on.db)
        const name = sql.table(rows[0]?.name ?? '')
        await sql`alter database ${name} set default_transaction_isolation = ${sql.lit(level)}`.execute(on.db)
        const [one, two] = [await on.open(pepper), await on.open(pepper)]
        const held = await begin(one.store)
        const writing = two.store.recordOptOut(reader.diiHash, 'uid2')
        await waiting(on, 1)
        const action = one.store.withSharedLock(both, async ({ optedOut }) => optedOut)
        await waiting(on, 2)
        await held.end()
        await writing
        expect(await action).toBe(true)
      })
    },
  )

  it('ends for all, with their DII in any order (N3)', async () => {
    const stores = [on.store, (await on.open(pepper)).store, (await on.open(newer, pepper)).store]
    const hashes = ['a', 'b', 'c', 'd']
    const work = Array.from({ length: 120 }, (_, i) => {
      const store = stores[i % 3] as ConsentRecords
      const [diiHash = '', ...otherDiiHashes] = [...hashes.slice(i % 4), ...hashes.slice(0, i % 4)]
      const order = i % 8 < 4 ? otherDiiHashes : otherDiiHashes.reverse()
      const subject = { ...reader, diiHash, otherDiiHashes: order }
      return [
        () => store.recordChoice(subject, i % 5 ? grant : denial),
        () => store.withSharedLock(subject, async () => {}),
        () => store.forget([...order, diiHash]),
      ][i % 7 === 0 ? 2 : i % 2]?.()
    })
    await Promise.all(work)
  })
}

describeSqlStores('an action under the shared lock of another instance', besideAnother, ['PostgreSQL'])
