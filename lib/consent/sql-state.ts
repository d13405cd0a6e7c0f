import 'server-only'
import type { Kysely } from 'kysely'
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

/**
 * A reader's current consent state, in one statement, so that all parts are of the same moment. A site
 * opt-out of another account with one of these DII is also a denial, and consents from before it do not
 * count.
 */
export async function readConsentState(db: Kysely<Schema>, subject: Keys): Promise<ConsentState> {
  const { product, sub, sid, keys, allKeys } = subject
  const row = await db
    .selectNoFrom((eb) => {
      const own = eb.selectFrom('choice_events').where('sub', '=', sub).where('dii_key', 'in', keys)
      const lastDenial = eb
        .selectFrom('choice_events')
        .where('dii_key', 'in', allKeys)
        .where('advertising', '=', 'denied')
        .select(({ fn }) => fn.coalesce(fn.max('id'), eb.lit(0)).as('id'))
      const lastErasedDenial = eb
        .selectFrom('erased_denials')
        .where('dii_key', 'in', allKeys)
        .select(({ fn }) => fn.coalesce(fn.max('event_id'), eb.lit(0)).as('id'))
      return [
        eb
          .selectFrom('ended_sessions')
          .where('sid_hash', '=', sidHash(sid))
          .select('sid_hash')
          .limit(1)
          .as('ended'),
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
          .where('advertising', '=', 'granted')
          .where((or) =>
            or.or([
              or('product', '=', product),
              // The version of this site's own question contains its product.
              or.and([or('product', 'is', null), or('version', 'like', `%-${product}`)]),
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
    .executeTakeFirstOrThrow()
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
