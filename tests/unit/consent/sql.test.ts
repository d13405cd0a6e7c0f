import { describe, expect, it } from 'vitest'
import { pepperFingerprint } from '#lib/consent/keys.ts'
import { describeSqlStores, email, newer, no, otherDii, pepper, reader, sameDii, yes } from './stores.ts'

describeSqlStores('the SQL store', (on) => {
  const marks = () => on.db.selectFrom('site_opt_outs').selectAll().execute()

  it('keeps every choice with the words that were shown', async () => {
    await on.store.recordChoice(reader, yes)
    await on.store.recordChoice(reader, { ...no, wording: 'Für Werbung? 広告', source: 'api' })
    const rows = await on.db.selectFrom('choice_events').selectAll().orderBy('id').execute()
    expect(rows).toMatchObject([
      { advertising: 'granted', wording: 'May we?', version: '1', source: 'page', at: on.now },
      { advertising: 'denied', wording: 'Für Werbung? 広告', source: 'api', at: on.now },
    ])
  })

  it('has what was recorded for the next process', async () => {
    await on.store.recordChoice(reader, yes)
    await on.store.recordOptOut(otherDii.diiHash, 'uid2')
    await on.store.endSession(reader.sid, on.now + 1000)
    const next = await on.open(pepper)
    expect(await next.store.read(reader)).toMatchObject({ choice: 'granted', ended: true })
    expect((await next.store.read(otherDii)).optedOut).toBe(true)
  })

  it('keeps one row of an opt-out that is reported more than once (U3)', async () => {
    for (let i = 0; i < 3; i++) await on.store.recordOptOut(reader.diiHash, 'euid')
    expect(await on.db.selectFrom('opt_outs').selectAll().execute()).toHaveLength(1)
  })

  it('holds no address, no bare hash of one, no session id and no pepper in any table (S5)', async () => {
    await on.store.recordChoice(reader, { ...yes, signals: { tcf: 'CP' } })
    await on.store.recordChoice(otherDii, no)
    await on.store.recordOptOut(reader.diiHash, 'uid2')
    await on.store.endSession(reader.sid, on.now + 1000)
    const tables = await on.dump()
    const kinds = ['choice_events', 'consent_signals', 'ended_sessions', 'opt_outs', 'site_opt_outs']
    for (const name of kinds) expect(tables[name], name).not.toEqual([])
    const dump = JSON.stringify(tables)
    const hashes = [reader, otherDii].flatMap(({ diiHash }) =>
      (['base64', 'hex', 'base64url'] as const).map((form) => Buffer.from(diiHash, 'base64').toString(form)),
    )
    for (const secret of [email, 'canary', 'other@', ...hashes, reader.sid, pepper])
      expect(dump).not.toContain(secret)
  })

  describe('after its pepper was rotated', () => {
    const rotate = async () => (await on.open(newer, pepper)).store

    it('finds what earlier ones wrote', async () => {
      expect(await on.store.peppersInUse()).toEqual([])
      await on.store.recordChoice(reader, yes)
      await on.store.recordOptOut(reader.diiHash, 'uid2')
      const rotated = await rotate()
      expect(await rotated.read(reader)).toMatchObject({ choice: 'granted', optedOut: true })
      await rotated.recordChoice(reader, no)
      expect((await rotated.read(reader)).choice).toBe('denied')
      expect((await rotated.peppersInUse()).sort()).toEqual([pepper, newer].map(pepperFingerprint).sort())
      // Without the earlier one an opt-out would be missed: boot refuses by these fingerprints.
      expect((await (await on.open(newer)).store.read(reader)).optedOut).toBe(false)
    })

    it('finds an opt-out of a further DII of the session', async () => {
      await on.store.recordOptOut(otherDii.diiHash, 'uid2')
      const both = { ...reader, otherDiiHashes: [otherDii.diiHash] }
      expect((await (await rotate()).read(both)).optedOut).toBe(true)
    })

    it('honours an earlier opt-out from this site, until a consent ends it under both peppers (K6)', async () => {
      await on.store.recordChoice(reader, no)
      const rotated = await rotate()
      expect(await rotated.read(sameDii)).toMatchObject({ siteOptOut: true, choice: 'denied' })
      await rotated.recordChoice(reader, no)
      expect(await marks()).toHaveLength(2)
      await rotated.recordChoice(sameDii, yes)
      expect(await marks()).toEqual([])
      expect(await rotated.read(sameDii)).toMatchObject({ siteOptOut: false, choice: 'granted' })
      expect(await rotated.read(reader)).toMatchObject({ siteOptOut: false, choice: 'denied' })
    })

    it('knows a consent by the same id, and by another one after a denial that either wrote', async () => {
      await on.store.recordChoice(reader, yes)
      const idOf = async (store = on.store) => (await store.read(reader)).consentId
      const ids = [await idOf()]
      const rotated = await rotate()
      expect(await idOf(rotated)).toBe(ids[0])
      await rotated.recordChoice(reader, yes)
      expect(await idOf(rotated)).toBe(ids[0])
      for (const store of [on.store, rotated]) {
        await store.recordChoice(sameDii, no)
        await rotated.recordChoice(reader, yes)
        ids.push(await idOf(rotated))
      }
      expect(ids).not.toContain(null)
      expect(new Set(ids).size).toBe(3)
    })
  })

  describe('of an opt-out from this site', () => {
    it('keeps one mark, with the time of the first denial since the last consent', async () => {
      for (const choice of [no, yes, no]) {
        on.now += 1
        await on.store.recordChoice(reader, choice)
      }
      const since = on.now
      on.now += 1
      await on.store.recordChoice(sameDii, no)
      expect(await marks()).toMatchObject([{ at: since }])
    })

    it('keeps no mark once a consent has ended it', async () => {
      await on.store.recordChoice(reader, no)
      await on.store.recordChoice(sameDii, yes)
      expect(await marks()).toEqual([])
    })

    it('knows its pepper as in use for as long as it is there', async () => {
      await on.store.recordChoice(reader, no)
      await on.store.forget([reader.diiHash])
      expect(await on.store.peppersInUse()).toHaveLength(1)
    })
  })

  describe('of a choice that is made again', () => {
    const events = async () => (await on.db.selectFrom('choice_events').select('id').execute()).length
    const signals = { gdprApplies: false }

    it('keeps no row while it is in force', async () => {
      for (let i = 0; i < 3; i++) await on.store.recordChoice(reader, yes)
      expect(await events()).toBe(1)
      for (let i = 0; i < 3; i++) await on.store.recordChoice(reader, { ...no, signals })
      expect(await events()).toBe(2)
    })

    it('keeps one where its words, its source or the consent signals are others', async () => {
      await on.store.recordChoice(reader, yes)
      const changes = [{ version: '2' }, { wording: 'May we now?' }, { source: 'api' as const }, { signals }]
      for (const change of changes) await on.store.recordChoice(reader, { ...yes, ...change })
      expect(await events()).toBe(5)
    })
  })
})
