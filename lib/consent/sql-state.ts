import 'server-only'
import { type CompiledQuery, type Kysely, sql } from 'kysely'
import type { Schema } from '../database/schema'
import type { ConsentSignals, Product } from '../identity/public-identity'
import type { ConsentState } from '../identity/types'
import { sidHash } from './keys'

interface Keys {
  /** Consent to the other product does not count. Denials and opt-outs of either do. */
  product: Product
  sub: string
  sid: string
  /** Keys of the DII in use, one for each pepper. */
  keys: readonly string[]
  /** Keys of all DII of the session, one for each pepper. */
  allKeys: readonly string[]
}

/** At most so many shapes of the statement stay compiled. They differ in the number of keys. */
const shapeLimit = 100

/**
 * Reads a reader's current consent state, in one statement, so that all parts are of the same moment. A site
 * opt-out of another account with one of these DII is also a denial, and consents from before it do not
 * count. Each request needs it, and compiling takes longer than running it, so each shape is compiled once.
 */
export function createStateReader(db: Kysely<Schema>) {
  const compiled = new Map<string, ReturnType<typeof compile>>()

  /** `executor`: the database, or a transaction on it. */
  return async (executor: Kysely<Schema>, subject: Keys): Promise<ConsentState> => {
    const names = namesOf(subject)
    const shape = Object.values(names).join()
    const statement = compiled.get(shape) ?? compile(db, names)
    if (compiled.size < shapeLimit) compiled.set(shape, statement)
    const values = new Map<unknown, string>([
      [names.sub, subject.sub],
      [names.sid, sidHash(subject.sid)],
      ...subject.keys.map((key, i) => [names.keys[i], key] as const),
      ...subject.allKeys.map((key, i) => [names.allKeys[i], key] as const),
    ])
    const parameters = statement.parameters.map((name) => values.get(name) ?? name)
    const { rows } = await executor.executeQuery<Row>({ ...statement, parameters })
    return toState(rows[0])
  }
}

const namesOf = ({ product, keys, allKeys }: Keys): Keys => ({
  product,
  sub: 'sub',
  sid: 'sid',
  keys: keys.map((_, i) => `key ${i}`),
  allKeys: allKeys.map((_, i) => `any key ${i}`),
})

/** The statement, with a name in place of each value. */
function compile(db: Kysely<Schema>, names: Keys) {
  const [sub, sid] = [text(names.sub), text(names.sid)]
  const [keys, allKeys] = [names.keys.map(text), names.allKeys.map(text)]
  return db
    .selectNoFrom((eb) => {
      const own = eb.selectFrom('choice_events').where('sub', '=', sub).where('dii_key', 'in', keys)
      const lastDenial = eb
        .selectFrom('choice_events')
        .where('dii_key', 'in', allKeys)
        .where('advertising', '=', text('denied'))
        .select(({ fn }) => fn.coalesce(fn.max('id'), eb.lit(0)).as('id'))
      const lastErasedDenial = eb
        .selectFrom('erased_denials')
        .where('dii_key', 'in', allKeys)
        .select(({ fn }) => fn.coalesce(fn.max('event_id'), eb.lit(0)).as('id'))
      return [
        eb.selectFrom('ended_sessions').where('sid_hash', '=', sid).select('sid_hash').limit(1).as('ended'),
        eb.selectFrom('opt_outs').where('dii_key', 'in', allKeys).select('dii_key').limit(1).as('opted_out'),
        eb
          .selectFrom('site_opt_outs')
          .where('dii_key', 'in', allKeys)
          .select('dii_key')
          .limit(1)
          .as('site_opt_out'),
        own.orderBy('id', 'desc').limit(1).select('advertising').as('newest'),
        // The first consent since then, so that repeating it changes nothing.
        own
          .where('advertising', '=', text('granted'))
          .where((or) =>
            or.or([
              or('product', '=', text(names.product)),
              // The version of this site's own question contains its product.
              or.and([or('product', 'is', null), or('version', 'like', text(`%-${names.product}`))]),
            ]),
          )
          .where('id', '>', lastDenial)
          .where('id', '>', lastErasedDenial)
          .select(({ fn }) => fn.min('id').as('id'))
          .as('consent'),
        eb
          .selectFrom('consent_signals')
          .where('sub', '=', sub)
          .where('dii_key', 'in', keys)
          .orderBy('at', 'desc')
          .limit(1)
          .select('signals')
          .as('signals'),
      ]
    })
    .compile()
}

/**
 * A value that SQLite does not look at when it plans. With a plain parameter it would plan the statement anew each
 * time one is bound (SQLITE_ENABLE_STAT4), which takes eight times as long as running it.
 */
const text = <T extends string>(value: T) => sql<T>`cast(${value} as text)`

type Row = ReturnType<typeof compile> extends CompiledQuery<infer Row> ? Row : never

function toState(row: Row | undefined): ConsentState {
  if (!row) throw new Error('The database answered without a row.')
  const siteOptOut = row.site_opt_out !== null
  const denied = siteOptOut || row.newest === 'denied'
  const consentId = denied ? null : row.consent
  return {
    ended: row.ended !== null,
    optedOut: row.opted_out !== null,
    siteOptOut,
    choice: denied ? 'denied' : consentId === null ? null : 'granted',
    consentId,
    signals: row.signals === null ? {} : (JSON.parse(row.signals) as ConsentSignals),
  }
}
