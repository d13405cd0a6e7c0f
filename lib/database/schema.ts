import 'server-only'
import type { ColumnType, Generated } from 'kysely'
import type { Product } from '../shared/products'

/** Times are Unix ms. */
export interface Schema {
  /** Opt-outs that the operator reported. Nothing deletes from it. */
  opt_outs: { dii_key: string; pepper: string; source: Product; at: number }
  /**
   * Opt-outs made on this site, by the reader or by the browser's GPC signal. Only the reader's consent
   * deletes them.
   */
  site_opt_outs: { dii_key: string; pepper: string; at: number }
  /** Append-only until the reader asks for erasure. The current choice is derived from it. */
  choice_events: {
    id: Generated<number>
    sub: string
    dii_key: string
    pepper: string
    advertising: 'granted' | 'denied'
    /** Version and text of the question as it was shown. */
    version: string
    wording: string
    source: 'page' | 'api' | 'gpc'
    /** Consent to one product is not consent to the other. Null: recorded before this column existed. */
    product: ColumnType<Product | null, Product, never>
    /** The consent platform's signals at that moment, as JSON. */
    signals: ColumnType<string | null, string | null, never>
    at: number
  }
  /** The latest signals of a reader's consent platform, as JSON. */
  consent_signals: { sub: string; dii_key: string; pepper: string; signals: string; at: number }
  /**
   * The last denial of each DII whose history was erased. Consents from before it stay void, and so do the
   * identities made under them.
   */
  erased_denials: { dii_key: string; pepper: string; event_id: number }
  /** Sessions ended by a sign-out. `until`: when they would have expired. */
  ended_sessions: { sid_hash: string; until: number }
  /** Secrets that a sign-in may use once, until `expires`. Only an HMAC of each is kept. */
  sign_in_secrets: { id: string; hmac: string; attempts: number; expires: number }
  /** Counters of all limiters, on PostgreSQL only. `expire`: when the counter starts again at 0. */
  rate_limits: { key: string; points: number; expire: number }
}
