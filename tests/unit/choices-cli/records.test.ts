import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { diiKey, pepperFingerprint } from '#lib/consent/keys.ts'
import { hashEmail, hashPhone } from '#lib/uid2/index.ts'
import { startPostgres, type TestPostgres } from '#tests/support/postgres.ts'
import {
  address,
  cli,
  diiHash,
  mine,
  newer,
  newFile,
  no,
  pepper,
  type RunningStore,
  runningStore,
  secrets,
  theirs,
  yes,
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

  /** Both accounts answer, an operator and the reader say no. */
  async function answer() {
    await site.store.recordChoice(mine, yes)
    site.now += 60_000
    await site.store.recordChoice(theirs, { ...yes, source: 'api', signals })
    site.now += 60_000
    await site.store.recordChoice(mine, { ...no, source: 'gpc' })
    site.now += 60_000
    await site.store.recordOptOut(diiHash, 'uid2')
  }

  describe('export', () => {
    it('says in words all that is kept, of every account', async () => {
      await answer()
      const { code, out, err } = await call('export', '--email', address)
      expect([code, err]).toEqual([0, ''])
      const [records] = out.split('\nKept besides')
      expect(records).toBe(`On record of this address, of every account:

Opt-outs
  UID2       since 2026-11-02T09:03:00.000Z
  this site  since 2026-11-02T09:02:00.000Z

Answers, oldest first
  2026-11-02T09:00:00.000Z  yes  on the page, question of version 1, account 1 (proof)
  2026-11-02T09:01:00.000Z  yes  by the API, question of version 1, account 2 (google), tcf CPXxRfA, gdprApplies true
  2026-11-02T09:02:00.000Z  no   by the browser’s signal (GPC), question of version 1, account 1 (proof)

Consent signals, the latest of each account
  2026-11-02T09:01:00.000Z  account 2 (google): tcf CPXxRfA, gdprApplies true

The question of version 1
  May we?
  Say yes or no.
`)
    })

    it('says what an address cannot find, and why', async () => {
      const { out } = await call('export', '--email', address)
      expect(out).toMatch(
        /not found by an address[\s\S]*signed out of[\s\S]*secrets of sign-ins[\s\S]*random ids/,
      )
    })

    it('prints exactly one JSON document with --json', async () => {
      await answer()
      const { code, json, err } = await call('export', '--email', address, '--json')
      expect([code, err]).toEqual([0, ''])
      const { version, wording } = yes
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

    it('finds a person however they write themselves, as the site does', async () => {
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

    it('takes an address or a number from standard input for -', async () => {
      await site.store.recordOptOut(await hashPhone('+442079460018'), 'uid2')
      await answer()
      for (const [option, typed] of [
        ['--email', `${address.toUpperCase()}\r\n`],
        ['--phone', '+44 20 7946 0018\n'],
      ] as const)
        expect((await cli(variables(), ['export', option, '-'], typed)).code).toBe(0)
    })

    it('finds what earlier peppers wrote', async () => {
      await answer()
      const rotated = { DATABASE_URL: url, CHOICES_PEPPER: newer, CHOICES_PEPPER_PREVIOUS: pepper }
      const { json } = await cli(rotated, ['export', '--email', address, '--json'])
      expect(json).toMatchObject({ ok: true, history: [{}, {}, {}], optOuts: [{}, {}], signals: [{}] })
    })

    it('shows nothing of anybody else, and says 1 when there is nothing', async () => {
      await answer()
      const { code, out } = await call('export', '--email', 'other@example.com')
      expect([code, out]).toEqual([1, expect.stringMatching(/^Nothing is on record of this address\./)])
      const { code: same, json } = await call('export', '--phone', '+442079460018', '--json')
      expect([same, json]).toMatchObject([1, { ok: false, optOuts: [], history: [], signals: [] }])
    })
  })

  describe('forget', () => {
    const rowsOf = async (hash: string) => {
      const { history, signals } = await site.store.records([hash])
      return [history.length, signals.length]
    }

    it('erases what is kept of all accounts, keeps the marks of opt-outs, and says both', async () => {
      await answer()
      const { code, out, err } = await call('forget', '--email', address)
      expect([code, err]).toEqual([0, ''])
      expect(out).toMatch(/^Erased of this address: 3 answers, 1 set of consent signals\.\n/)
      expect(out).toContain('  UID2       since 2026-11-02T09:03:00.000Z\n')
      expect(out).toContain('  this site  since 2026-11-02T09:02:00.000Z\n')
      expect(out.replaceAll(/\s+/g, ' ')).toContain('A mark is a keyed hash')
      expect(await rowsOf(diiHash)).toEqual([0, 0])
      const state = await site.store.read({ ...mine, sid: 'x' })
      expect(state).toMatchObject({ optedOut: true, siteOptOut: true, choice: 'denied', consentId: null })
    })

    it('erases what earlier peppers wrote', async () => {
      await answer()
      const rotated = await runningStore(url, [newer, pepper])
      await rotated.store.recordChoice(mine, { ...yes, signals })
      await rotated.db.destroy()
      const { json } = await cli(
        { DATABASE_URL: url, CHOICES_PEPPER: newer, CHOICES_PEPPER_PREVIOUS: pepper },
        ['forget', '--email', address, '--json'],
      )
      expect(json).toMatchObject({ ok: true, erased: { history: 4, signals: 2 } })
      for (const table of ['choice_events', 'consent_signals'] as const)
        expect(await site.db.selectFrom(table).selectAll().execute()).toEqual([])
    })

    it('a second time says that there was nothing, and what is kept', async () => {
      await answer()
      await call('forget', '--email', address)
      const { code, out } = await call('forget', '--email', address)
      expect(code).toBe(1)
      expect(out).toMatch(/^There was nothing to erase of this address\.\n/)
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
          why: expect.stringContaining('keeps the opt-out'),
        },
      })
    })

    it('of whom nothing is known says so', async () => {
      const { code, out } = await call('forget', '--phone', '+442079460018')
      expect(code).toBe(1)
      expect(out).toBe(
        'There was nothing to erase of this number.\nNo opt-out is on record, so no mark is kept.\nOf a denial that was erased its number stays, under the keyed hash, so that no consent from before it counts again.\n',
      )
    })

    it('leaves other readers’ records', async () => {
      const other = { sub: mine.sub, diiHash: await hashEmail('other@example.com') }
      await site.store.recordChoice(other, { ...yes, signals })
      await answer()
      await call('forget', '--email', address)
      expect(await rowsOf(other.diiHash)).toEqual([1, 1])
    })
  })

  it('forget waits for a site that is writing, or about to act on a consent', async () => {
    await answer()
    let released = false
    const aMoment = async () => {
      await pause(300)
      released = true
    }
    const busy =
      engine === 'SQLite'
        ? site.db.transaction().execute(async (trx) => {
            await trx.deleteFrom('ended_sessions').execute()
            await aMoment()
          })
        : site.store.withSharedLock({ ...mine, sid: 'x' }, aMoment)
    const { code } = await call('forget', '--email', address)
    expect([code, released]).toEqual([0, true])
    await busy
  })

  it('no address, hash, key, account or pepper is in what is printed', async () => {
    await answer()
    const keys = [pepper, newer].map((each) => diiKey(each, diiHash))
    for (const format of [[], ['--json']])
      for (const command of ['export', 'forget', 'forget', 'export']) {
        const { out, err } = await call(command, '--email', address, ...format)
        for (const secret of [...secrets, ...keys, pepperFingerprint(pepper)])
          expect(out + err).not.toContain(secret)
      }
  })
})
