import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '#lib/consent/memory.ts'
import { noConsent } from '#lib/identity/context.ts'
import { denial, grant } from '#tests/support/core.ts'
import { describeStores, otherDii, reader, sameDii } from './stores.ts'

describeStores('a consent store', (on, kind) => {
  it('has no consent of an unknown reader', async () => {
    expect(await on.store.read(reader)).toEqual(noConsent)
    expect(await on.store.isSessionEnded(reader.sid)).toBe(false)
  })

  it('returns the latest choice, also within one millisecond (K6)', async () => {
    for (const choice of [grant, denial, grant, denial]) await on.store.recordChoice(reader, choice)
    expect((await on.store.read(reader)).choice).toBe('denied')
    await on.store.recordChoice(reader, grant)
    expect((await on.store.read(reader)).choice).toBe('granted')
  })

  it('returns the choice that was recorded last, even when the clock is set back', async () => {
    await on.store.recordChoice(reader, grant)
    on.now -= 3_600_000
    await on.store.recordChoice(reader, denial)
    expect((await on.store.read(reader)).choice).toBe('denied')
  })

  it('keeps a consent for one account and one address, an opt-out for the address', async () => {
    await on.store.recordChoice(reader, grant)
    for (const other of [sameDii, otherDii]) expect((await on.store.read(other)).choice).toBeNull()
    await on.store.recordOptOut(reader.diiHash, 'uid2')
    expect((await on.store.read(sameDii)).optedOut).toBe(true)
    expect((await on.store.read(otherDii)).optedOut).toBe(false)
  })

  it('honours an opt-out of any DII of the session, from the operator or from this site', async () => {
    const third = 'hash of a third'
    const both = { ...reader, otherDiiHashes: [otherDii.diiHash, third] }
    await on.store.recordChoice(otherDii, denial)
    expect(await on.store.read(both)).toMatchObject({ optedOut: false, siteOptOut: true, choice: 'denied' })
    await on.store.recordChoice(both, grant)
    expect(await on.store.read(both)).toMatchObject({ siteOptOut: false, choice: 'granted' })
    await on.store.recordOptOut(third, 'uid2')
    expect((await on.store.read(both)).optedOut).toBe(true)
    expect((await on.store.read({ ...both, otherDiiHashes: [otherDii.diiHash] })).optedOut).toBe(false)
    expect((await on.store.read(reader)).optedOut).toBe(false)
  })

  describe('for a repeated choice', () => {
    const both = { ...reader, otherDiiHashes: [otherDii.diiHash] }
    const others = { ...otherDii, sub: 'google:b', sid: 'sid-b' }
    const rows = async () => (await on.store.forget([reader.diiHash])).history

    it('adds no row while it is in force, and one when its words differ', async () => {
      for (let i = 0; i < 3; i++) await on.store.recordChoice(reader, grant)
      await on.store.recordChoice(reader, { ...grant, wording: 'May we now?' })
      for (let i = 0; i < 3; i++)
        await on.store.recordChoice(reader, { ...denial, signals: { gdprApplies: false } })
      expect(await rows()).toBe(3)
    })

    it('adds a row for a consent that a denial to another DII of the session had ended', async () => {
      await on.store.recordChoice(both, grant)
      await on.store.recordChoice(others, denial)
      await on.store.recordChoice(both, grant)
      expect(await on.store.read(both)).toMatchObject({ choice: 'granted' })
      expect(await rows()).toBe(2)
    })

    it('adds a row for a denial after another account’s consent, though another DII is still denied', async () => {
      await on.store.recordChoice(others, denial)
      await on.store.recordChoice(both, denial)
      await on.store.recordChoice(sameDii, grant)
      await on.store.recordChoice(both, denial)
      expect(await on.store.read(sameDii)).toMatchObject({ choice: 'denied' })
      expect(await rows()).toBe(3)
    })
  })

  it('keeps an opt-out through repetition, consent and erasure (U3)', async () => {
    for (let i = 0; i < 3; i++) await on.store.recordOptOut(reader.diiHash, 'euid')
    await on.store.recordChoice(reader, grant)
    expect(await on.store.read(reader)).toMatchObject({ optedOut: true, choice: 'granted' })
    await on.store.forget([reader.diiHash])
    expect(await on.store.read(reader)).toMatchObject({ optedOut: true, choice: null })
  })

  it('returns consent signals unchanged, until newer ones come', async () => {
    const signals = { tcf: 'CPXxRfAPXxRfA', gdprApplies: true, gpp: 'DBABM', gppSid: [7, 8] }
    await on.store.recordChoice(reader, { ...grant, signals })
    expect((await on.store.read(reader)).signals).toEqual(signals)
    await on.store.recordChoice(reader, grant)
    expect((await on.store.read(reader)).signals).toEqual(signals)
    await on.store.recordSignals(reader, { gdprApplies: false })
    expect((await on.store.read(reader)).signals).toEqual({ gdprApplies: false })
    for (const other of [sameDii, otherDii]) expect((await on.store.read(other)).signals).toEqual({})
  })

  it('does not treat signals as a choice', async () => {
    await on.store.recordSignals(reader, { gdprApplies: false })
    expect((await on.store.read(reader)).choice).toBeNull()
    await on.store.recordChoice(reader, denial)
    await on.store.recordSignals(reader, { gpp: 'DBABM' })
    expect((await on.store.read(reader)).choice).toBe('denied')
  })

  it('keeps an ended session as ended, for that sign-in only (N4)', async () => {
    await on.store.endSession(reader.sid, on.now + 1000)
    await on.store.endSession(reader.sid, on.now + 9000)
    expect(await on.store.isSessionEnded(reader.sid)).toBe(true)
    expect((await on.store.read(reader)).ended).toBe(true)
    expect((await on.store.read({ ...reader, sid: 'sid-again' })).ended).toBe(false)
  })

  it('forgets an ended session only after its normal end (N4)', async () => {
    await on.store.endSession('short', on.now + 1000)
    await on.store.endSession('long', on.now + 5000)
    // Databases keep it for another day, because the clocks of instances differ.
    const slack = kind === 'memory' ? 0 : 24 * 3_600_000
    on.now += 1000 + slack
    await on.store.endSession('x', on.now + 1)
    expect(await on.store.isSessionEnded('short')).toBe(true)
    on.now += 1
    await on.store.endSession('y', on.now + 1)
    expect(await on.store.isSessionEnded('short')).toBe(false)
    expect(await on.store.isSessionEnded('long')).toBe(true)
  })

  it('keeps all of 100 parallel writes (N3)', async () => {
    const subjects = Array.from({ length: 100 }, (_, i) => ({ ...reader, sub: `demo:${i}` }))
    await Promise.all(
      subjects.flatMap((subject) => [on.store.recordChoice(subject, grant), on.store.read(subject)]),
    )
    for (const subject of subjects) expect((await on.store.read(subject)).choice).toBe('granted')
  })

  it('erases consent, history and signals of an address for every account, and nothing of others', async () => {
    for (const account of [reader, sameDii, otherDii])
      await on.store.recordChoice(account, { ...grant, signals: { gdprApplies: false } })
    expect(await on.store.forget([reader.diiHash])).toEqual({ history: 2, signals: 2 })
    for (const account of [reader, sameDii]) expect(await on.store.read(account)).toEqual(noConsent)
    expect(await on.store.read(otherDii)).toMatchObject({
      choice: 'granted',
      signals: { gdprApplies: false },
    })
    expect(await on.store.forget([reader.diiHash])).toEqual({ history: 0, signals: 0 })
  })

  it('does not erase an opt-out from this site (K6, U3)', async () => {
    await on.store.recordChoice(reader, denial)
    await on.store.forget([reader.diiHash])
    for (const account of [reader, sameDii])
      expect(await on.store.read(account)).toMatchObject({ siteOptOut: true, choice: 'denied' })
  })
})

describe('a full memory store', () => {
  const signals = { gdprApplies: false }
  async function full() {
    const store = createMemoryStore({ limit: 2 })
    await store.recordChoice(reader, { ...grant, signals })
    await store.recordChoice(otherDii, grant)
    return store
  }

  it('refuses consents, and changes nothing', async () => {
    const store = await full()
    await expect(store.recordChoice(sameDii, { ...grant, signals })).rejects.toThrow(/full/)
    expect(await store.read(sameDii)).toEqual(noConsent)
    expect(await store.read(reader)).toMatchObject({ choice: 'granted', signals })
  })

  it('accepts every opt-out, denial and sign-out', async () => {
    const store = await full()
    await store.recordOptOut(otherDii.diiHash, 'uid2')
    await store.recordChoice(reader, denial)
    await store.endSession(reader.sid, Date.now() + 1000)
    expect(await store.read(otherDii)).toMatchObject({ optedOut: true })
    expect(await store.read(reader)).toMatchObject({ choice: 'denied', siteOptOut: true, ended: true })
  })

  it('accepts consents again after an erasure', async () => {
    const store = await full()
    await store.forget([otherDii.diiHash])
    await store.recordChoice(sameDii, grant)
    expect(await store.read(sameDii)).toMatchObject({ choice: 'granted' })
  })
})
