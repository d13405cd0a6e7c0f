import 'server-only'
import type { Kysely } from 'kysely'
import type { Schema } from '../database/schema'
import type { ConsentSignals } from '../identity/public-identity'
import type { ConsentState, Product } from '../identity/types'
import { sidHash } from './keys'

interface Keys {
  /** Consent to the other one does not count; denials and opt-outs of either do. */
  product: Product
  sub: string
  sid: string
  /** Of the DII in use, with every pepper. */
  keys: readonly string[]
  /** Of all DII of the session, with every pepper. */
  allKeys: readonly string[]
}

/**
 * A reader's current consent state, in one statement, so that no two parts of it are of different moments. A site opt-out
 * of another account with one of these DII is a denial, too, and a consent from before it does not count.
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
        // The first consent since, so that giving it again changes nothing.
        own
          .where('advertising', '=', 'granted')
          .where((or) =>
            or.or([
              or('product', '=', product),
              // The version of this site's own question names its product.
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
