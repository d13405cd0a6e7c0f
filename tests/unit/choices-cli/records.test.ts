import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { diiKey, pepperFingerprint } from '#lib/consent/keys.ts'
import { hashEmail, hashPhone } from '#lib/uid2/index.ts'
import { startPostgres, type TestPostgres } from '#tests/support/postgres.ts'
import {
  address,
  cli,
  consent,
  denial,
  diiHash,
  mine,
  newer,
  newFile,
  pepper,
  type RunningStore,
  runningStore,
  secrets,
  theirs,
} from './cli.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.stop())

describe.each([
  ['SQLite', async () => newFile()],
  ['PostgreSQL', () => postgres.database()],
])('the records of a running site on %s', (engine, newUrl) => {
  let url: string
  let site: RunningStore
  beforeEach(async () => {
    url = await newUrl()
    site = await runningStore(url)
  })
  afterEach(() => site.db.destroy())

  const variables = () => ({ DATABASE_URL: url, CHOICES_PEPPER: pepper })
  const call = (...line: string[]) => cli(variables(), line)
  const signals = { tcf: 'CPXxRfA', gdprApplies: true }

  /** Both accounts consent; GPC and the operator then opt the reader out. */
  async function recordAll() {
    await site.store.recordChoice(mine, consent)
    site.now += 60_000
    await site.store.recordChoice(theirs, { ...consent, source: 'api', signals })
    site.now += 60_000
    await site.store.recordChoice(mine, { ...denial, source: 'gpc' })
    site.now += 60_000
    await site.store.recordOptOut(diiHash, 'uid2')
  }

  describe('export', () => {
    it('prints everything that is kept, for every account', async () => {
      await recordAll()
      const { code, out, err } = await call('export', '--email', address)
      expect([code, err]).toEqual([0, ''])
      const [records] = out.split('\nAlso kept')
      expect(records).toBe(`On record for this address, for every account:

Opt-outs
  UID2       since 2026-11-02T09:03:00.000Z
  this site  since 2026-11-02T09:02:00.000Z

Answers, oldest first
  2026-11-02T09:00:00.000Z  granted  on the page, question of version 1, account 1 (proof)
  2026-11-02T09:01:00.000Z  granted  by the API, question of version 1, account 2 (google), tcf CPXxRfA, gdprApplies true
  2026-11-02T09:02:00.000Z  denied   by the browser’s signal (GPC), question of version 1, account 1 (proof)

Consent signals, the latest of each account
  2026-11-02T09:01:00.000Z  account 2 (google): tcf CPXxRfA, gdprApplies true

The question of version 1
  May we?
  Say yes or no.
`)
    })

    it('lists the records that an address cannot find, and why', async () => {
      const { out } = await call('export', '--email', address)
      expect(out).toMatch(
        /not found by address[\s\S]*signed out[\s\S]*secrets of unfinished[\s\S]*random ids/,
      )
    })

    it('prints exactly one JSON document with --json', async () => {
      await recordAll()
      const { code, json, err } = await call('export', '--email', address, '--json')
      expect([code, err]).toEqual([0, ''])
      const { version, wording } = consent
      const question = { version, wording }
      expect(json).toEqual({
        command: 'export',
        ok: true,
        optOuts: [
          { kind: 'uid2', since: '2026-11-02T09:03:00.000Z' },
          { kind: 'site', since: '2026-11-02T09:02:00.000Z' },
        ],
        history: [
          {
            ...{ at: '2026-11-02T09:00:00.000Z', advertising: 'granted', source: 'page', ...question },
            ...{ account: 'account 1 (proof)', signals: null },
          },
          {
            ...{ at: '2026-11-02T09:01:00.000Z', advertising: 'granted', source: 'api', ...question },
            ...{ account: 'account 2 (google)', signals },
          },
          {
            ...{ at: '2026-11-02T09:02:00.000Z', advertising: 'denied', source: 'gpc', ...question },
            ...{ account: 'account 1 (proof)', signals: null },
          },
        ],
        signals: [{ at: '2026-11-02T09:01:00.000Z', account: 'account 2 (google)', signals }],
        notFound: expect.arrayContaining([expect.stringContaining('random ids')]),
      })
    })

    it('finds a person in any spelling that sign-in accepts', async () => {
      await site.store.recordOptOut(await hashEmail('janedoe@gmail.com'), 'euid')
      await site.store.recordOptOut(await hashPhone('+442079460018'), 'euid')
      for (const person of [
        ['--email', ' Jane.Doe+News@Gmail.com '],
        ['--phone', '+44 (0)20 7946 0018'],
      ])
        expect(await call('export', ...person)).toMatchObject({
          code: 0,
          out: expect.stringContaining('EUID  since'),
        })
    })

    it('reads an address or a number from standard input for -', async () => {
      await site.store.recordOptOut(await hashPhone('+442079460018'), 'uid2')
      await recordAll()
      for (const [option, typed] of [
        ['--email', `${address.toUpperCase()}\r\n`],
        ['--phone', '+44 20 7946 0018\n'],
      ] as const)
        expect((await cli(variables(), ['export', option, '-'], typed)).code).toBe(0)
    })

    it('finds records under earlier peppers', async () => {
      await recordAll()
      const rotated = { DATABASE_URL: url, CHOICES_PEPPER: newer, CHOICES_PEPPER_PREVIOUS: pepper }
      const { json } = await cli(rotated, ['export', '--email', address, '--json'])
      expect(json).toMatchObject({ ok: true, history: [{}, {}, {}], optOuts: [{}, {}], signals: [{}] })
    })

    it('shows no other person’s records, and exits with 1 when there are none', async () => {
      await recordAll()
      const { code, out } = await call('export', '--email', 'other@example.com')
      expect([code, out]).toEqual([1, expect.stringMatching(/^Nothing is on record for this address\./)])
      const { code: same, json } = await call('export', '--phone', '+442079460018', '--json')
      expect([same, json]).toMatchObject([1, { ok: false, optOuts: [], history: [], signals: [] }])
    })
  })

  describe('forget', () => {
    const rowsOf = async (hash: string) => {
      const { history, signals } = await site.store.records([hash])
      return [history.length, signals.length]
    }

    it('erases the records of all accounts, keeps opt-outs, and reports both', async () => {
      await recordAll()
      const { code, out, err } = await call('forget', '--email', address)
      expect([code, err]).toEqual([0, ''])
      expect(out).toMatch(/^Erased for this address: 3 answers, 1 set of consent signals\.\n/)
      expect(out).toContain('  UID2       since 2026-11-02T09:03:00.000Z\n')
      expect(out).toContain('  this site  since 2026-11-02T09:02:00.000Z\n')
      expect(out.replaceAll(/\s+/g, ' ')).toContain('An opt-out record is a keyed hash')
      expect(await rowsOf(diiHash)).toEqual([0, 0])
      const state = await site.store.read({ ...mine, sid: 'x' })
      expect(state).toMatchObject({ optedOut: true, siteOptOut: true, choice: 'denied', consentId: null })
    })

    it('erases records under earlier peppers', async () => {
      await recordAll()
      const rotated = await runningStore(url, [newer, pepper])
      await rotated.store.recordChoice(mine, { ...consent, signals })
      await rotated.db.destroy()
      const { json } = await cli(
        { DATABASE_URL: url, CHOICES_PEPPER: newer, CHOICES_PEPPER_PREVIOUS: pepper },
        ['forget', '--email', address, '--json'],
      )
      expect(json).toMatchObject({ ok: true, erased: { history: 4, signals: 2 } })
      for (const table of ['choice_events', 'consent_signals'] as const)
        expect(await site.db.selectFrom(table).selectAll().execute()).toEqual([])
    })

    it('reports at a second call that there was nothing to erase, and what is kept', async () => {
      await recordAll()
      await call('forget', '--email', address)
      const { code, out } = await call('forget', '--email', address)
      expect(code).toBe(1)
      expect(out).toMatch(/^There was nothing to erase for this address\.\n/)
      expect(out).toContain('  UID2       since 2026-11-02T09:03:00.000Z\n')
      const { json } = await call('forget', '--email', address, '--json')
      expect(json).toEqual({
        command: 'forget',
        ok: false,
        erased: { history: 0, signals: 0 },
        kept: {
          optOuts: [
            { kind: 'uid2', since: '2026-11-02T09:03:00.000Z' },
            { kind: 'site', since: '2026-11-02T09:02:00.000Z' },
          ],
          why: expect.stringContaining('Without it, the same person could be sent'),
        },
      })
    })

    it('reports that nothing is known', async () => {
      const { code, out } = await call('forget', '--phone', '+442079460018')
      expect(code).toBe(1)
      expect(out).toBe(
        'There was nothing to erase for this number.\nNo opt-out is on record.\nThe number of an erased denial stays under the keyed hash, so that no earlier consent counts again.\n',
      )
    })

    it('leaves other readers’ records', async () => {
      const other = { sub: mine.sub, diiHash: await hashEmail('other@example.com') }
      await site.store.recordChoice(other, { ...consent, signals })
      await recordAll()
      await call('forget', '--email', address)
      expect(await rowsOf(other.diiHash)).toEqual([1, 1])
    })
  })

  it('forget waits for a site that writes, or is about to act on a consent', async () => {
    await recordAll()
    let released = false
    const hold = async () => {
      await pause(300)
      released = true
    }
    const busy =
      engine === 'SQLite'
        ? site.db.transaction().execute(async (trx) => {
            await trx.deleteFrom('ended_sessions').execute()
            await hold()
          })
        : site.store.withSharedLock({ ...mine, sid: 'x' }, hold)
    const { code } = await call('forget', '--email', address)
    expect([code, released]).toEqual([0, true])
    await busy
  })

  it('no output contains an address, hash, key, account or pepper', async () => {
    await recordAll()
    const keys = [pepper, newer].map((each) => diiKey(each, diiHash))
    for (const format of [[], ['--json']])
      for (const command of ['export', 'forget', 'forget', 'export']) {
        const { out, err } = await call(command, '--email', address, ...format)
        for (const secret of [...secrets, ...keys, pepperFingerprint(pepper)])
          expect(out + err).not.toContain(secret)
      }
  })
})
