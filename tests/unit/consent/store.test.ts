import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '#lib/consent/memory.ts'
import { noConsent } from '#lib/identity/context.ts'
import { describeStores, no, otherDii, reader, sameDii, yes } from './stores.ts'

describeStores('a consent store', (on, kind) => {
  it('knows nothing of a stranger', async () => {
    expect(await on.store.read(reader)).toEqual(noConsent)
    expect(await on.store.isSessionEnded(reader.sid)).toBe(false)
  })

  it('takes the latest choice, also within one millisecond (K6)', async () => {
    for (const choice of [yes, no, yes, no]) await on.store.recordChoice(reader, choice)
    expect((await on.store.read(reader)).choice).toBe('denied')
    await on.store.recordChoice(reader, yes)
    expect((await on.store.read(reader)).choice).toBe('granted')
  })

  it('takes the choice that was recorded last, whatever the clock says', async () => {
    await on.store.recordChoice(reader, yes)
    on.now -= 3_600_000
    await on.store.recordChoice(reader, no)
    expect((await on.store.read(reader)).choice).toBe('denied')
  })

  it('keeps a consent for one account and one address, an opt-out for the address alone', async () => {
    await on.store.recordChoice(reader, yes)
    for (const other of [sameDii, otherDii]) expect((await on.store.read(other)).choice).toBeNull()
    await on.store.recordOptOut(reader.diiHash, 'uid2')
    expect((await on.store.read(sameDii)).optedOut).toBe(true)
    expect((await on.store.read(otherDii)).optedOut).toBe(false)
  })

  it('honours an opt-out of any further DII of the session, from the operator or from this site', async () => {
    const third = 'hash of a third'
    const both = { ...reader, otherDiiHashes: [otherDii.diiHash, third] }
    await on.store.recordChoice(otherDii, no)
    expect(await on.store.read(both)).toMatchObject({ optedOut: false, siteOptOut: true, choice: 'denied' })
    await on.store.recordChoice(both, yes)
    expect(await on.store.read(both)).toMatchObject({ siteOptOut: false, choice: 'granted' })
    await on.store.recordOptOut(third, 'uid2')
    expect((await on.store.read(both)).optedOut).toBe(true)
    expect((await on.store.read({ ...both, otherDiiHashes: [otherDii.diiHash] })).optedOut).toBe(false)
    expect((await on.store.read(reader)).optedOut).toBe(false)
  })

  describe('of a choice that is made again', () => {
    const both = { ...reader, otherDiiHashes: [otherDii.diiHash] }
    const others = { ...otherDii, sub: 'google:b', sid: 'sid-b' }
    const rows = async () => (await on.store.forget([reader.diiHash])).history

    it('keeps no row while it is in force, and one where its words are others', async () => {
      for (let i = 0; i < 3; i++) await on.store.recordChoice(reader, yes)
      await on.store.recordChoice(reader, { ...yes, wording: 'May we now?' })
      expect(await rows()).toBe(2)
    })

    it('keeps one of a consent, where a denial to another DII of the session had ended it', async () => {
      await on.store.recordChoice(both, yes)
      await on.store.recordChoice(others, no)
      await on.store.recordChoice(both, yes)
      expect(await on.store.read(both)).toMatchObject({ choice: 'granted' })
      expect(await rows()).toBe(2)
    })

    it('keeps one of a denial, where another account had consented, though another DII is still denied', async () => {
      await on.store.recordChoice(others, no)
      await on.store.recordChoice(both, no)
      await on.store.recordChoice(sameDii, yes)
      await on.store.recordChoice(both, no)
      expect(await on.store.read(sameDii)).toMatchObject({ choice: 'denied' })
      expect(await rows()).toBe(3)
    })
  })

  it('keeps an opt-out, however often it is reported and whatever is recorded after it (U3)', async () => {
    for (let i = 0; i < 3; i++) await on.store.recordOptOut(reader.diiHash, 'euid')
    await on.store.recordChoice(reader, yes)
    expect(await on.store.read(reader)).toMatchObject({ optedOut: true, choice: 'granted' })
    await on.store.forget([reader.diiHash])
    expect(await on.store.read(reader)).toMatchObject({ optedOut: true, choice: null })
  })

  it('gives consent signals back as they came, until newer ones come', async () => {
    const signals = { tcf: 'CPXxRfAPXxRfA', gdprApplies: true, gpp: 'DBABM', gppSid: [7, 8] }
    await on.store.recordChoice(reader, { ...yes, signals })
    expect((await on.store.read(reader)).signals).toEqual(signals)
    await on.store.recordChoice(reader, yes)
    expect((await on.store.read(reader)).signals).toEqual(signals)
    await on.store.recordSignals(reader, { gdprApplies: false })
    expect((await on.store.read(reader)).signals).toEqual({ gdprApplies: false })
    for (const other of [sameDii, otherDii]) expect((await on.store.read(other)).signals).toEqual({})
  })

  it('never takes signals for a choice', async () => {
    await on.store.recordSignals(reader, { gdprApplies: false })
    expect((await on.store.read(reader)).choice).toBeNull()
    await on.store.recordChoice(reader, no)
    await on.store.recordSignals(reader, { gpp: 'DBABM' })
    expect((await on.store.read(reader)).choice).toBe('denied')
  })

  it('keeps an ended session as ended, for that sign-in alone (N4)', async () => {
    await on.store.endSession(reader.sid, on.now + 1000)
    await on.store.endSession(reader.sid, on.now + 9000)
    expect(await on.store.isSessionEnded(reader.sid)).toBe(true)
    expect((await on.store.read(reader)).ended).toBe(true)
    expect((await on.store.read({ ...reader, sid: 'sid-again' })).ended).toBe(false)
  })

  it('forgets an ended session only after it would have ended by itself (N4)', async () => {
    await on.store.endSession('short', on.now + 1000)
    await on.store.endSession('long', on.now + 5000)
    // Instances that share a database keep it for a day more, because their clocks differ.
    const slack = kind === 'memory' ? 0 : 24 * 3_600_000
    on.now += 1000 + slack
    await on.store.endSession('x', on.now + 1)
    expect(await on.store.isSessionEnded('short')).toBe(true)
    on.now += 1
    await on.store.endSession('y', on.now + 1)
    expect(await on.store.isSessionEnded('short')).toBe(false)
    expect(await on.store.isSessionEnded('long')).toBe(true)
  })

  it('keeps all of 200 writes at once (N3)', async () => {
    const subjects = Array.from({ length: 100 }, (_, i) => ({ ...reader, sub: `demo:${i}` }))
    await Promise.all(
      subjects.flatMap((subject) => [on.store.recordChoice(subject, yes), on.store.read(subject)]),
    )
    for (const subject of subjects) expect((await on.store.read(subject)).choice).toBe('granted')
  })

  it('forgets consent, history and signals of an address for every account, and nothing of others', async () => {
    for (const account of [reader, sameDii, otherDii])
      await on.store.recordChoice(account, { ...yes, signals: { gdprApplies: false } })
    expect(await on.store.forget([reader.diiHash])).toEqual({ history: 2, signals: 2 })
    for (const account of [reader, sameDii]) expect(await on.store.read(account)).toEqual(noConsent)
    expect(await on.store.read(otherDii)).toMatchObject({
      choice: 'granted',
      signals: { gdprApplies: false },
    })
    expect(await on.store.forget([reader.diiHash])).toEqual({ history: 0, signals: 0 })
  })

  it('forgets no opt-out from this site (K6, U3)', async () => {
    await on.store.recordChoice(reader, no)
    await on.store.forget([reader.diiHash])
    for (const account of [reader, sameDii])
      expect(await on.store.read(account)).toMatchObject({ siteOptOut: true, choice: 'denied' })
  })
})

describe('a memory store that is full', () => {
  const signals = { gdprApplies: false }
  async function full() {
    const store = createMemoryStore({ limit: 2 })
    await store.recordChoice(reader, { ...yes, signals })
    await store.recordChoice(otherDii, yes)
    return store
  }

  it('refuses consents, and leaves everything as it was', async () => {
    const store = await full()
    await expect(store.recordChoice(sameDii, { ...yes, signals })).rejects.toThrow(/full/)
    expect(await store.read(sameDii)).toEqual(noConsent)
    expect(await store.read(reader)).toMatchObject({ choice: 'granted', signals })
  })

  it('takes every opt-out, denial and sign-out', async () => {
    const store = await full()
    await store.recordOptOut(otherDii.diiHash, 'uid2')
    await store.recordChoice(reader, no)
    await store.endSession(reader.sid, Date.now() + 1000)
    expect(await store.read(otherDii)).toMatchObject({ optedOut: true })
    expect(await store.read(reader)).toMatchObject({ choice: 'denied', siteOptOut: true, ended: true })
  })

  it('takes consents again once something was forgotten', async () => {
    const store = await full()
    await store.forget([otherDii.diiHash])
    await store.recordChoice(sameDii, yes)
    expect(await store.read(sameDii)).toMatchObject({ choice: 'granted' })
  })
})
