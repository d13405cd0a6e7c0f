import 'server-only'
import { type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema'
import type { ConsentSignals, Product } from '../identity/public-identity'
import type { Forgotten } from './store'

/** All records of a person's addresses and numbers. Times are Unix ms. */
export interface ReaderRecords {
  /** `site`: made on this site, and ended by a consent. An operator's opt-outs are never erased. */
  optOuts: { kind: Product | 'site'; at: number }[]
  /** Oldest first. `account`: a keyed hash that distinguishes accounts but does not identify them. */
  history: {
    at: number
    advertising: 'granted' | 'denied'
    version: string
    wording: string
    source: Schema['choice_events']['source']
    account: string
    signals: ConsentSignals | null
  }[]
  /** The latest signals of each account. */
  signals: { at: number; account: string; signals: ConsentSignals }[]
}

export async function readRecords(db: Kysely<Schema>, keys: readonly string[]): Promise<ReaderRecords> {
  const [operators, site, history, signals] = await Promise.all([
    db
      .selectFrom('opt_outs')
      .where('dii_key', 'in', keys)
      .select(['source as kind', 'at'])
      .orderBy('at')
      .execute(),
    db.selectFrom('site_opt_outs').where('dii_key', 'in', keys).select('at').orderBy('at').execute(),
    db
      .selectFrom('choice_events')
      .where('dii_key', 'in', keys)
      .select(['at', 'advertising', 'version', 'wording', 'source', 'sub as account', 'signals'])
      .orderBy('id')
      .execute(),
    db
      .selectFrom('consent_signals')
      .where('dii_key', 'in', keys)
      .select(['at', 'sub as account', 'signals'])
      .orderBy('at')
      .execute(),
  ])
  const read = (json: string) => JSON.parse(json) as ConsentSignals
  const readAny = (json: string | null) => (json === null ? null : read(json))
  return {
    optOuts: [...operators, ...site.map(({ at }) => ({ kind: 'site' as const, at }))],
    history: history.map((event) => ({ ...event, signals: readAny(event.signals) })),
    signals: signals.map((row) => ({ ...row, signals: read(row.signals) })),
  }
}

/**
 * Erases consent, history and signals. Opt-outs stay, because they prevent new tokens. The number of the last
 * denial stays too, so that another account's older consent does not count again.
 */
export async function eraseRecords(db: Kysely<Schema>, keys: readonly string[]): Promise<Forgotten> {
  await db
    .insertInto('erased_denials')
    .columns(['dii_key', 'pepper', 'event_id'])
    .expression(
      db
        .selectFrom('choice_events')
        .where('dii_key', 'in', keys)
        .where('advertising', '=', 'denied')
        .groupBy(['dii_key', 'pepper'])
        .select((eb) => ['dii_key', 'pepper', eb.fn.max('id').as('event_id')]),
    )
    .onConflict((conflict) =>
      conflict.column('dii_key').doUpdateSet({ event_id: sql.ref('excluded.event_id') }),
    )
    .execute()
  const history = await db.deleteFrom('choice_events').where('dii_key', 'in', keys).executeTakeFirst()
  const signals = await db.deleteFrom('consent_signals').where('dii_key', 'in', keys).executeTakeFirst()
  return { history: Number(history.numDeletedRows), signals: Number(signals.numDeletedRows) }
}
