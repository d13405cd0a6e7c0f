import 'server-only'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema.ts'
import { diiKey, pepperFingerprint, sidHash } from './keys.ts'

/** Whom a look-up is about. `diiHash` is the hash of the normalised DII that the operator would get. */
export interface Subject {
  sub: string
  sid: string
  diiHash: string
  /** Of further DII of the same session: an opt-out of any stops the reader. */
  otherDiiHashes?: readonly string[]
}

/** Consent signals of a CMP, as the browser reported them with the reader's choice. */
export interface Signals {
  tcf?: string | undefined
  gdprApplies?: boolean | undefined
  gpp?: string | undefined
  gppSid?: number[] | undefined
}

/** All that was ever decided about a reader, as it stands now. */
export interface Standing {
  /** The session was signed out of. */
  ended: boolean
  /** The operator said `optout` for this DII: generation is never asked again. */
  optedOut: boolean
  choice: 'granted' | 'denied' | null
  /** Id of the reader's last no, 0 without one: an identity from before it is void. */
  lastDenial: number
  signals: Signals
}

export interface Choice {
  advertising: 'granted' | 'denied'
  /** Version and text of the question as it was shown. */
  version: string
  wording: string
  source: 'page' | 'api'
  signals?: Signals | undefined
}

/** The durable record of choices. Each write has been committed when its promise resolves. */
export interface ChoiceStore {
  read(subject: Subject): Promise<Standing>
  isEnded(sid: string): Promise<boolean>
  recordChoice(subject: Subject, choice: Choice): Promise<void>
  /** In a row of their own, replaced each time: cannot undo a choice that is made at the same moment. */
  recordSignals(subject: Omit<Subject, 'sid'>, signals: Signals): Promise<void>
  recordOptOut(diiHash: string, source: 'uid2' | 'euid'): Promise<void>
  /** `until`: Unix ms at which the session would have ended by itself. */
  endSession(sid: string, until: number): Promise<void>
  /** Fingerprints of peppers that rows were written with. */
  peppersInUse(): Promise<string[]>
}

export function createChoiceStore(
  db: Kysely<Schema>,
  peppers: readonly [string, ...string[]],
  now: () => number,
): ChoiceStore {
  const [currentPepper] = peppers
  const current = (diiHash: string) => ({
    dii_key: diiKey(currentPepper, diiHash),
    pepper: pepperFingerprint(currentPepper),
  })

  const recordSignals: ChoiceStore['recordSignals'] = async ({ sub, diiHash }, signals) => {
    const latest = { signals: JSON.stringify(signals), at: now() }
    await db
      .insertInto('consent_signals')
      .values({ sub, ...current(diiHash), ...latest })
      .onConflict((conflict) => conflict.columns(['sub', 'dii_key']).doUpdateSet(latest))
      .execute()
  }

  return {
    async read({ sub, sid, diiHash, otherDiiHashes = [] }) {
      const keysOf = (hash: string) => peppers.map((pepper) => diiKey(pepper, hash))
      const keys = keysOf(diiHash)
      const allKeys = [...keys, ...otherDiiHashes.flatMap(keysOf)]
      const row = await db
        .selectNoFrom((eb) => {
          const newest = eb
            .selectFrom('choice_events')
            .where('sub', '=', sub)
            .where('dii_key', 'in', keys)
            .orderBy('id', 'desc')
            .limit(1)
          return [
            eb
              .selectFrom('ended_sessions')
              .select('sid_hash')
              .where('sid_hash', '=', sidHash(sid))
              .limit(1)
              .as('ended'),
            eb
              .selectFrom('opt_outs')
              .select('dii_key')
              .where('dii_key', 'in', allKeys)
              .limit(1)
              .as('opted_out'),
            newest.select('advertising').as('advertising'),
            newest.where('advertising', '=', 'denied').select('id').as('last_denial'),
            eb
              .selectFrom('consent_signals')
              .select('signals')
              .where('sub', '=', sub)
              .where('dii_key', 'in', keys)
              .orderBy('at', 'desc')
              .limit(1)
              .as('signals'),
          ]
        })
        .executeTakeFirstOrThrow()
      return {
        ended: row.ended !== null,
        optedOut: row.opted_out !== null,
        choice: row.advertising,
        lastDenial: row.last_denial ?? 0,
        signals: row.signals === null ? {} : (JSON.parse(row.signals) as Signals),
      }
    },

    async isEnded(sid) {
      const row = await db
        .selectFrom('ended_sessions')
        .select('sid_hash')
        .where('sid_hash', '=', sidHash(sid))
        .executeTakeFirst()
      return row !== undefined
    },

    async recordChoice({ sub, diiHash }, { advertising, version, wording, source, signals }) {
      // First, so that a yes is never seen without what came with it.
      if (signals !== undefined) await recordSignals({ sub, diiHash }, signals)
      await db
        .insertInto('choice_events')
        .values({
          sub,
          ...current(diiHash),
          advertising,
          version,
          wording,
          source,
          signals: signals === undefined ? null : JSON.stringify(signals),
          at: now(),
        })
        .execute()
    },

    recordSignals,

    async recordOptOut(diiHash, source) {
      await db
        .insertInto('opt_outs')
        .values({ ...current(diiHash), source, at: now() })
        .onConflict((conflict) => conflict.column('dii_key').doNothing())
        .execute()
    },

    async endSession(sid, until) {
      await db.deleteFrom('ended_sessions').where('until', '<', now()).execute()
      await db
        .insertInto('ended_sessions')
        .values({ sid_hash: sidHash(sid), until })
        .onConflict((conflict) => conflict.column('sid_hash').doNothing())
        .execute()
    },

    async peppersInUse() {
      const rows = await db
        .selectFrom('opt_outs')
        .select('pepper')
        .union(db.selectFrom('choice_events').select('pepper'))
        .union(db.selectFrom('consent_signals').select('pepper'))
        .execute()
      return rows.map((row) => row.pepper)
    },
  }
}
