import { expect, it } from 'vitest'
import { denial, grant } from '#tests/support/core.ts'
import { describeSqlStores, newer, otherDii, pepper, reader, sameDii } from './stores.ts'

const signals = { gdprApplies: true, tcf: 'CP' }
const hashes = [reader.diiHash, otherDii.diiHash]
const nothing = { optOuts: [], history: [], signals: [] }

describeSqlStores('the records of a reader', (on) => {
  /**
   * Records of two accounts and two addresses, and of another reader, under two peppers, a millisecond
   * apart.
   */
  async function fill() {
    const steps = [
      (store: typeof on.store) => store.recordChoice(reader, { ...grant, signals }),
      (store: typeof on.store) => store.recordChoice({ ...otherDii, sub: 'demo:o' }, denial),
      (store: typeof on.store) => store.recordOptOut(reader.diiHash, 'euid'),
    ]
    const rotated = (await on.open(newer, pepper)).store
    const later = [
      () => rotated.recordChoice(sameDii, { ...denial, version: '2', source: 'gpc' as const }),
      () => rotated.recordSignals(sameDii, { gdprApplies: false }),
      () => rotated.recordChoice({ ...reader, diiHash: 'another reader' }, { ...denial, signals }),
      () => rotated.recordOptOut('another reader', 'uid2'),
    ]
    for (const step of [...steps.map((step) => () => step(on.store)), ...later]) {
      on.now += 1
      await step()
    }
    return rotated
  }

  it('are everything kept under the addresses, for every account and every pepper', async () => {
    const start = on.now
    const rotated = await fill()
    const first = { version: '1', wording: 'May we?', source: 'page' }
    expect(await rotated.records(hashes)).toEqual({
      optOuts: [
        { kind: 'euid', at: start + 3 },
        { kind: 'site', at: start + 2 },
        { kind: 'site', at: start + 4 },
      ],
      history: [
        { ...first, at: start + 1, advertising: 'granted', account: 'demo:a', signals },
        { ...first, at: start + 2, advertising: 'denied', account: 'demo:o', signals: null },
        {
          ...first,
          at: start + 4,
          advertising: 'denied',
          version: '2',
          source: 'gpc',
          account: 'google:b',
          signals: null,
        },
      ],
      signals: [
        { at: start + 1, account: 'demo:a', signals },
        { at: start + 5, account: 'google:b', signals: { gdprApplies: false } },
      ],
    })
    expect(await rotated.records(['unknown'])).toEqual(nothing)
    expect((await rotated.records([otherDii.diiHash])).history).toHaveLength(1)
  })

  it('are after erasure the opt-outs with kind and time, and nothing else (K6, U3)', async () => {
    const rotated = await fill()
    const { optOuts } = await rotated.records(hashes)
    const others = await rotated.records(['another reader'])
    expect(await rotated.forget(hashes)).toEqual({ history: 3, signals: 2 })
    expect(await rotated.records(hashes)).toEqual({ ...nothing, optOuts })
    expect(await rotated.records(['another reader'])).toEqual(others)
    for (const account of [reader, sameDii])
      expect(await rotated.read(account)).toMatchObject({
        optedOut: true,
        siteOptOut: true,
        choice: 'denied',
      })
    expect(await rotated.read({ ...otherDii, sub: 'demo:o' })).toMatchObject({ siteOptOut: true })
    expect(await rotated.forget(hashes)).toEqual({ history: 0, signals: 0 })
  })

  it('are after erasure no consent of any account, and no row', async () => {
    for (const account of [reader, sameDii]) await on.store.recordChoice(account, { ...grant, signals })
    await on.store.forget([reader.diiHash])
    for (const account of [reader, sameDii])
      expect(await on.store.read(account)).toMatchObject({ choice: null, consentId: null, signals: {} })
    const { choice_events, consent_signals } = await on.dump()
    expect([choice_events, consent_signals]).toEqual([[], []])
  })
})
