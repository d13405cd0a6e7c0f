import 'server-only'
import type { Kysely } from 'kysely'
import type { Schema } from './database.ts'
import { diiKey, pepperFingerprint, sidHash } from './keys.ts'

/** Whom a look-up is about. `diiHash` is the hash of the normalised DII that the operator would get. */
export interface Subject {
  sub: string
  sid: string
  diiHash: string
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
  /** Signals alone: says nothing of the choice, so it cannot undo one that is made at the same moment. */
  recordSignals(subject: Subject, signals: Signals): Promise<void>
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

  return {
    async read({ sub, sid, diiHash }) {
      const keys = peppers.map((pepper) => diiKey(pepper, diiHash))
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
            eb.selectFrom('opt_outs').select('dii_key').where('dii_key', 'in', keys).limit(1).as('opted_out'),
            newest.where('advertising', 'is not', null).select('advertising').as('advertising'),
            newest.where('signals', 'is not', null).select('signals').as('signals'),
          ]
        })
        .executeTakeFirstOrThrow()
      return {
        ended: row.ended !== null,
        optedOut: row.opted_out !== null,
        choice: row.advertising,
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

    async recordSignals({ sub, diiHash }, signals) {
      await db
        .insertInto('choice_events')
        .values({ sub, ...current(diiHash), source: 'signals', signals: JSON.stringify(signals), at: now() })
        .execute()
    },

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
        .execute()
      return rows.map((row) => row.pepper)
    },
  }
}
