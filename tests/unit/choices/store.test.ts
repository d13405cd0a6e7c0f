import { expect, it } from 'vitest'
import { pepperFingerprint } from '#lib/consent/keys.ts'
import { noStanding } from '#lib/consent/sql-state.ts'
import { hashEmail } from '#lib/uid2/index.ts'
import { describeStores, email, newer, no, otherDii, pepper, reader, sameDii, yes } from './stores.ts'

describeStores('the choices store', (on) => {
  it('knows nothing of a stranger', async () => {
    expect(await on.store.read(reader)).toEqual(noStanding)
    expect(await on.store.isEnded(reader.sid)).toBe(false)
    expect(await on.store.peppersInUse()).toEqual([])
  })

  it('K6: the latest choice wins, also within one millisecond', async () => {
    for (const choice of [yes, no, yes, no]) await on.store.recordChoice(reader, choice)
    expect((await on.store.read(reader)).choice).toBe('denied')
    await on.store.recordChoice(reader, yes)
    expect((await on.store.read(reader)).choice).toBe('granted')
  })

  it('the latest choice is the one recorded last, whatever the clock says', async () => {
    await on.store.recordChoice(reader, yes)
    on.now -= 3_600_000
    await on.store.recordChoice(reader, no)
    expect((await on.store.read(reader)).choice).toBe('denied')
  })

  it('keeps every choice with the words that were shown', async () => {
    await on.store.recordChoice(reader, yes)
    await on.store.recordChoice(reader, { ...no, wording: 'Für Werbung? 広告', source: 'api' })
    const rows = await on.db.selectFrom('choice_events').selectAll().orderBy('id').execute()
    expect(rows).toMatchObject([
      { advertising: 'granted', wording: 'May we?', version: '1', source: 'page', at: on.now },
      { advertising: 'denied', wording: 'Für Werbung? 広告', source: 'api', at: on.now },
    ])
  })

  it('a choice is of one account and one address; an opt-out of the address alone', async () => {
    await on.store.recordChoice(reader, yes)
    for (const other of [sameDii, otherDii]) expect((await on.store.read(other)).choice).toBeNull()
    await on.store.recordOptOut(reader.diiHash, 'uid2')
    expect((await on.store.read(sameDii)).optedOut).toBe(true)
    expect((await on.store.read(otherDii)).optedOut).toBe(false)
  })

  it('an opt-out of any further DII of the session counts, from the operator or from here', async () => {
    const third = await hashEmail('third@example.com')
    const both = { ...reader, otherDiiHashes: [otherDii.diiHash, third] }
    await on.store.recordChoice(otherDii, no)
    expect(await on.store.read(both)).toMatchObject({ optedOut: false, siteOptOut: true, choice: 'denied' })
    await on.store.recordChoice(both, yes)
    expect(await on.store.read(both)).toMatchObject({ siteOptOut: false, choice: 'granted' })
    await on.store.recordOptOut(third, 'uid2')
    expect((await on.store.read(both)).optedOut).toBe(true)
    expect((await on.store.read({ ...both, otherDiiHashes: [otherDii.diiHash] })).optedOut).toBe(false)
    expect((await on.store.read(reader)).optedOut).toBe(false)
    // Also when it was written with an earlier pepper.
    expect((await (await on.open(newer, pepper)).store.read(both)).optedOut).toBe(true)
  })

  it('U3: an opt-out may be heard more than once, and stays', async () => {
    for (let i = 0; i < 3; i++) await on.store.recordOptOut(reader.diiHash, 'euid')
    await on.store.recordChoice(reader, yes)
    expect(await on.store.read(reader)).toMatchObject({ optedOut: true, choice: 'granted' })
    expect(await on.db.selectFrom('opt_outs').selectAll().execute()).toHaveLength(1)
  })

  it('gives consent signals back as they came, until newer ones come', async () => {
    const signals = { tcf: 'CPXxRfAPXxRfA', gdprApplies: true, gpp: 'DBABM', gppSid: [7, 8] }
    await on.store.recordChoice(reader, { ...yes, signals })
    expect((await on.store.read(reader)).signals).toEqual(signals)
    await on.store.recordChoice(reader, yes)
    expect((await on.store.read(reader)).signals).toEqual(signals)
    await on.store.recordSignals(reader, { gdprApplies: false })
    expect((await on.store.read(reader)).signals).toEqual({ gdprApplies: false })
  })

  it('never takes signals for a choice', async () => {
    await on.store.recordSignals(reader, { gdprApplies: false })
    expect((await on.store.read(reader)).choice).toBeNull()
    await on.store.recordChoice(reader, { ...yes, advertising: 'denied' })
    await on.store.recordSignals(reader, { gpp: 'DBABM' })
    expect((await on.store.read(reader)).choice).toBe('denied')
  })

  it('N4: an ended session is ended for that sign-in alone', async () => {
    await on.store.endSession(reader.sid, on.now + 1000)
    await on.store.endSession(reader.sid, on.now + 9000)
    expect(await on.store.isEnded(reader.sid)).toBe(true)
    expect((await on.store.read(reader)).ended).toBe(true)
    expect((await on.store.read({ ...reader, sid: 'sid-again' })).ended).toBe(false)
  })

  it('N4: forgets an ended session a day after it would have ended by itself, because clocks differ', async () => {
    await on.store.endSession('short', on.now + 1000)
    await on.store.endSession('long', on.now + 5000)
    on.now += 1000 + 24 * 3_600_000
    await on.store.endSession('x', on.now + 1)
    expect(await on.store.isEnded('short')).toBe(true)
    on.now += 1
    await on.store.endSession('y', on.now + 1)
    expect(await on.store.isEnded('short')).toBe(false)
    expect(await on.store.isEnded('long')).toBe(true)
  })

  it('what was recorded is there for the next process', async () => {
    await on.store.recordChoice(reader, yes)
    await on.store.recordOptOut(otherDii.diiHash, 'uid2')
    await on.store.endSession(reader.sid, on.now + 1000)
    const next = await on.open(pepper)
    expect(await next.store.read(reader)).toMatchObject({ choice: 'granted', ended: true })
    expect((await next.store.read(otherDii)).optedOut).toBe(true)
  })

  it('a rotated pepper still finds what earlier ones wrote', async () => {
    await on.store.recordChoice(reader, yes)
    await on.store.recordOptOut(reader.diiHash, 'uid2')
    const rotated = (await on.open(newer, pepper)).store
    expect(await rotated.read(reader)).toMatchObject({ choice: 'granted', optedOut: true })
    await rotated.recordChoice(reader, no)
    expect((await rotated.read(reader)).choice).toBe('denied')
    expect((await rotated.peppersInUse()).sort()).toEqual([pepper, newer].map(pepperFingerprint).sort())
    // Without the earlier one an opt-out would be missed: boot refuses by these fingerprints.
    expect((await (await on.open(newer)).store.read(reader)).optedOut).toBe(false)
  })

  it('S5: no table holds an address, a bare hash of one, a session id or a pepper', async () => {
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

  it('N3: 200 writes at once are all kept', async () => {
    const subjects = Array.from({ length: 100 }, (_, i) => ({ ...reader, sub: `demo:${i}` }))
    await Promise.all(
      subjects.flatMap((subject) => [on.store.recordChoice(subject, yes), on.store.read(subject)]),
    )
    for (const subject of subjects) expect((await on.store.read(subject)).choice).toBe('granted')
  })
})
