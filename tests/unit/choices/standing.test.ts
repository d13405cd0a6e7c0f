import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { noStanding } from '#lib/consent/sql-state.ts'
import type { Subject } from '#lib/consent/sql.ts'
import { describeStores, newer, no, otherDii, pepper, reader, sameDii, yes } from './stores.ts'

const third = { ...reader, sub: 'oidc:c', sid: 'sid-c' }

describeStores('what a reader decided', (on) => {
  const say = (subject: Subject, choice: typeof yes) => on.store.recordChoice(subject, choice)
  const marks = () => on.db.selectFrom('site_opt_outs').selectAll().execute()

  describe('an opt-out from this site', () => {
    it('K6: is of the address: one account’s no is every account’s, whether it ever answered or not', async () => {
      await say(sameDii, yes)
      await say(reader, no)
      const denied = { ...noStanding, siteOptOut: true, choice: 'denied' }
      for (const account of [reader, sameDii, third]) expect(await on.store.read(account)).toEqual(denied)
      expect(await on.store.read(otherDii)).toEqual(noStanding)
    })

    it('K6: ends with a yes of any account, which is the yes of that one alone', async () => {
      await say(sameDii, yes)
      await say(reader, no)
      await say(third, yes)
      expect(await on.store.read(third)).toMatchObject({ siteOptOut: false, choice: 'granted' })
      // From before the no: they have to be asked again.
      expect(await on.store.read(sameDii)).toMatchObject({ siteOptOut: false, choice: null, consent: null })
      expect(await on.store.read(reader)).toMatchObject({
        siteOptOut: false,
        choice: 'denied',
        consent: null,
      })
      expect(await marks()).toEqual([])
    })

    it('is marked once, with the time of the first no since the last yes', async () => {
      for (const choice of [no, yes, no]) {
        on.now += 1
        await say(reader, choice)
      }
      const since = on.now
      on.now += 1
      await say(sameDii, no)
      expect(await marks()).toMatchObject([{ at: since }])
    })

    it('K6: of an earlier pepper counts under the new one, and ends with a yes there', async () => {
      await say(reader, no)
      const rotated = (await on.open(newer, pepper)).store
      expect(await rotated.read(sameDii)).toMatchObject({ siteOptOut: true, choice: 'denied' })
      await rotated.recordChoice(reader, no)
      expect(await marks()).toHaveLength(2)
      await rotated.recordChoice(sameDii, yes)
      expect(await marks()).toEqual([])
      expect(await rotated.read(sameDii)).toMatchObject({ siteOptOut: false, choice: 'granted' })
      expect(await rotated.read(reader)).toMatchObject({ siteOptOut: false, choice: 'denied' })
    })

    it('its pepper is in use as long as it is there', async () => {
      await say(reader, no)
      await on.store.forget([reader.diiHash])
      expect(await on.store.peppersInUse()).toHaveLength(1)
    })
  })

  describe('a choice that is made again', () => {
    const events = async () => (await on.db.selectFrom('choice_events').select('id').execute()).length
    const signals = { gdprApplies: false }

    it('leaves no row while it is in force', async () => {
      for (let i = 0; i < 3; i++) await say(reader, yes)
      expect(await events()).toBe(1)
      for (let i = 0; i < 3; i++) await say(reader, { ...no, signals })
      expect(await events()).toBe(2)
    })

    it('leaves one where its words, its source or the consent signals are others', async () => {
      await say(reader, yes)
      for (const change of [
        { version: '2' },
        { wording: 'May we now?' },
        { source: 'api' as const },
        { signals },
      ])
        await say(reader, { ...yes, ...change })
      expect(await events()).toBe(5)
    })

    it('K6: leaves one where it was no longer in force', async () => {
      await say(reader, yes)
      await say(sameDii, no)
      await say(reader, yes)
      expect(await on.store.read(reader)).toMatchObject({ choice: 'granted' })
      await say(sameDii, no)
      await say(reader, yes)
      const { consent } = await on.store.read(reader)
      expect(await on.store.read(sameDii)).toMatchObject({ siteOptOut: false })
      await say(sameDii, no)
      await say(reader, yes)
      expect((await on.store.read(reader)).consent).not.toBe(consent)
    })
  })

  describe('consent to one product', () => {
    const euid = () => on.openFor('euid')

    it('K6: is none to the other, on a store that both share', async () => {
      await say(reader, yes)
      const other = await euid()
      expect(await other.read(reader)).toMatchObject({ choice: null, consent: null })
      await other.recordChoice(reader, { ...yes, version: '2' })
      expect((await other.read(reader)).choice).toBe('granted')
      expect((await other.read(reader)).consent).not.toBe((await on.store.read(reader)).consent)
    })

    it('K6: a denial to either counts for both', async () => {
      await say(reader, yes)
      await (await euid()).recordChoice(reader, no)
      expect((await on.store.read(reader)).choice).toBe('denied')
    })

    it('from before products were recorded counts by the version of this site’s own question, or not', async () => {
      await say(reader, { ...yes, version: '2026-11-uid2' })
      await say(otherDii, { ...yes, version: 'own' })
      await sql`update choice_events set product = null`.execute(on.db)
      expect((await on.store.read(reader)).choice).toBe('granted')
      expect((await (await euid()).read(reader)).choice).toBeNull()
      expect((await on.store.read(otherDii)).choice).toBeNull()
    })
  })

  describe('the id of a yes', () => {
    const ids: number[] = []
    /** The id as it stands, which no yes before has had. */
    async function newId(subject: Subject = reader, store = on.store): Promise<number> {
      const { consent } = await store.read(subject)
      expect(consent).toEqual(expect.any(Number))
      expect(ids).not.toContain(consent)
      ids.push(consent as number)
      return consent as number
    }
    const idOf = async (subject: Subject = reader) => (await on.store.read(subject)).consent

    it('is the same when yes is said again, or by another account, or something of another address', async () => {
      ids.length = 0
      await say(reader, yes)
      const id = await newId()
      await say(reader, yes)
      await say(sameDii, yes)
      await say(otherDii, no)
      await say(otherDii, yes)
      await on.store.recordSignals(reader, { gdprApplies: false })
      expect(await idOf()).toBe(id)
      await newId(sameDii)
    })

    it('K6: is another one after a no, also of another account, and after being forgotten', async () => {
      ids.length = 0
      await say(reader, yes)
      await newId()
      await say(reader, no)
      expect(await idOf()).toBeNull()
      await say(reader, yes)
      await newId()
      await say(sameDii, no)
      expect(await idOf()).toBeNull()
      await say(sameDii, yes)
      expect(await idOf()).toBeNull()
      await newId(sameDii)
      await say(reader, yes)
      await newId()
      await on.store.forget([reader.diiHash])
      expect(await idOf()).toBeNull()
      await say(reader, yes)
      await newId()
      // The table is empty now, and the process another one.
      await on.store.forget([reader.diiHash])
      const next = await on.open(pepper)
      await next.store.recordChoice(reader, yes)
      await newId(reader, next.store)
    })

    it('K6: is another one after a no of another account to a shared DII, though its history was erased', async () => {
      ids.length = 0
      const x = { ...reader, otherDiiHashes: ['phone'] }
      const y = { sub: 'google:y', sid: 'sid-y', diiHash: 'phone' }
      await say(x, yes)
      await newId(x)
      await say(y, no)
      await on.store.forget(['phone'])
      expect(await idOf(x)).toBeNull()
      // The opt-out is lifted by the other account; the consent from before it stays void.
      await say(y, yes)
      expect(await idOf(x)).toBeNull()
      await say(x, yes)
      await newId(x)
      await say(y, no)
      await on.store.forget(['phone'])
      await on.store.forget(['phone'])
      await say(x, yes)
      await newId(x)
    })

    it('K6: is another one after a no to any DII of the session', async () => {
      ids.length = 0
      const both = { ...reader, otherDiiHashes: [otherDii.diiHash] }
      await say(both, yes)
      await newId(both)
      await say({ ...otherDii, sub: 'google:b' }, no)
      expect(await idOf(both)).toBeNull()
      await say({ ...otherDii, sub: 'google:b' }, yes)
      expect(await idOf(both)).toBeNull()
      await say(both, yes)
      await newId(both)
    })

    it('is the same under a rotated pepper, and another one after a no that either wrote', async () => {
      ids.length = 0
      await say(reader, yes)
      const id = await newId()
      const rotated = (await on.open(newer, pepper)).store
      expect((await rotated.read(reader)).consent).toBe(id)
      await rotated.recordChoice(reader, yes)
      expect((await rotated.read(reader)).consent).toBe(id)
      await say(sameDii, no)
      await rotated.recordChoice(reader, yes)
      await newId(reader, rotated)
      await rotated.recordChoice(sameDii, no)
      await rotated.recordChoice(reader, yes)
      await newId(reader, rotated)
    })
  })
})
