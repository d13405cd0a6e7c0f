import { describe, expect, it } from 'vitest'
import { pepperFingerprint } from '#lib/consent/keys.ts'
import { denial, grant } from '#tests/support/core.ts'
import { describeSqlStores, email, newer, otherDii, pepper, reader, sameDii } from './stores.ts'

describeSqlStores('the SQL store', (on) => {
  const siteOptOuts = () => on.db.selectFrom('site_opt_outs').selectAll().execute()

  it('keeps every choice with the words that were shown', async () => {
    await on.store.recordChoice(reader, grant)
    await on.store.recordChoice(reader, { ...denial, wording: 'Für Werbung? 広告', source: 'api' })
    const rows = await on.db.selectFrom('choice_events').selectAll().orderBy('id').execute()
    expect(rows).toMatchObject([
      { advertising: 'granted', wording: 'May we?', version: '1', source: 'page', at: on.now },
      { advertising: 'denied', wording: 'Für Werbung? 広告', source: 'api', at: on.now },
    ])
  })

  it('keeps everything for the next process', async () => {
    await on.store.recordChoice(reader, grant)
    await on.store.recordOptOut(otherDii.diiHash, 'uid2')
    await on.store.endSession(reader.sid, on.now + 1000)
    const next = await on.open(pepper)
    expect(await next.store.read(reader)).toMatchObject({ choice: 'granted', ended: true })
    expect((await next.store.read(otherDii)).optedOut).toBe(true)
  })

  it('keeps one row for an opt-out that is reported again (U3)', async () => {
    for (let i = 0; i < 3; i++) await on.store.recordOptOut(reader.diiHash, 'euid')
    expect(await on.db.selectFrom('opt_outs').selectAll().execute()).toHaveLength(1)
  })

  it('contains no address, plain hash, session id or pepper in any table (S5)', async () => {
    await on.store.recordChoice(reader, { ...grant, signals: { tcf: 'CP' } })
    await on.store.recordChoice(otherDii, denial)
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

  describe('after a rotation of its pepper', () => {
    const rotate = async () => (await on.open(newer, pepper)).store

    it('finds records under earlier peppers', async () => {
      expect(await on.store.peppersInUse()).toEqual([])
      await on.store.recordChoice(reader, grant)
      await on.store.recordOptOut(reader.diiHash, 'uid2')
      const rotated = await rotate()
      expect(await rotated.read(reader)).toMatchObject({ choice: 'granted', optedOut: true })
      await rotated.recordChoice(reader, denial)
      expect((await rotated.read(reader)).choice).toBe('denied')
      expect((await rotated.peppersInUse()).sort()).toEqual([pepper, newer].map(pepperFingerprint).sort())
      // Without the earlier pepper an opt-out would be missed: by these fingerprints, boot refuses to
      // start.
      expect((await (await on.open(newer)).store.read(reader)).optedOut).toBe(false)
    })

    it('finds an opt-out of a further DII of the session', async () => {
      await on.store.recordOptOut(otherDii.diiHash, 'uid2')
      const both = { ...reader, otherDiiHashes: [otherDii.diiHash] }
      expect((await (await rotate()).read(both)).optedOut).toBe(true)
    })

    it('honours an earlier opt-out from this site, until a consent ends it under both peppers (K6)', async () => {
      await on.store.recordChoice(reader, denial)
      const rotated = await rotate()
      expect(await rotated.read(sameDii)).toMatchObject({ siteOptOut: true, choice: 'denied' })
      await rotated.recordChoice(reader, denial)
      expect(await siteOptOuts()).toHaveLength(2)
      await rotated.recordChoice(sameDii, grant)
      expect(await siteOptOuts()).toEqual([])
      expect(await rotated.read(sameDii)).toMatchObject({ siteOptOut: false, choice: 'granted' })
      expect(await rotated.read(reader)).toMatchObject({ siteOptOut: false, choice: 'denied' })
    })

    it('keeps the id of a consent, until a denial under either pepper', async () => {
      await on.store.recordChoice(reader, grant)
      const idOf = async (store = on.store) => (await store.read(reader)).consentId
      const ids = [await idOf()]
      const rotated = await rotate()
      expect(await idOf(rotated)).toBe(ids[0])
      await rotated.recordChoice(reader, grant)
      expect(await idOf(rotated)).toBe(ids[0])
      for (const store of [on.store, rotated]) {
        await store.recordChoice(sameDii, denial)
        await rotated.recordChoice(reader, grant)
        ids.push(await idOf(rotated))
      }
      expect(ids).not.toContain(null)
      expect(new Set(ids).size).toBe(3)
    })
  })

  describe('for an opt-out from this site', () => {
    it('keeps one row, with the time of the first denial since the last consent', async () => {
      for (const choice of [denial, grant, denial]) {
        on.now += 1
        await on.store.recordChoice(reader, choice)
      }
      const since = on.now
      on.now += 1
      await on.store.recordChoice(sameDii, denial)
      expect(await siteOptOuts()).toMatchObject([{ at: since }])
    })

    it('keeps no row after a consent', async () => {
      await on.store.recordChoice(reader, denial)
      await on.store.recordChoice(sameDii, grant)
      expect(await siteOptOuts()).toEqual([])
    })

    it('reports its pepper as in use', async () => {
      await on.store.recordChoice(reader, denial)
      await on.store.forget([reader.diiHash])
      expect(await on.store.peppersInUse()).toHaveLength(1)
    })
  })

  describe('for a repeated choice', () => {
    const events = async () => (await on.db.selectFrom('choice_events').select('id').execute()).length
    const signals = { gdprApplies: false }

    it('adds a row when words, source or consent signals differ', async () => {
      await on.store.recordChoice(reader, grant)
      const changes = [{ version: '2' }, { wording: 'May we now?' }, { source: 'api' as const }, { signals }]
      for (const change of changes) await on.store.recordChoice(reader, { ...grant, ...change })
      expect(await events()).toBe(5)
    })
  })
})
