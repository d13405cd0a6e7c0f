import 'server-only'
import type { ColumnType, Generated } from 'kysely'
import type { Product } from '../shared/products'

/** Times are Unix ms. */
export interface Schema {
  /** What an operator said. Nothing deletes from it. */
  opt_outs: { dii_key: string; pepper: string; source: 'uid2' | 'euid'; at: number }
  /** What was said here, by the reader or by their browser's signal. Only a yes of theirs deletes from it. */
  site_opt_outs: { dii_key: string; pepper: string; at: number }
  /** Append-only until its reader wants it forgotten; the choice that stands is derived from it. */
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
    /** Consent to one product is none to the other. Null: from before there was this column. */
    product: ColumnType<Product | null, Product, never>
    /** What the consent platform said at that moment, as JSON. */
    signals: ColumnType<string | null, string | null, never>
    at: number
  }
  /** What a reader's consent platform said last, as JSON. */
  consent_signals: { sub: string; dii_key: string; pepper: string; signals: string; at: number }
  /**
   * The last denial of each DII whose history was erased: consents from before it stay void, and so do the
   * identities made under them.
   */
  erased_denials: { dii_key: string; pepper: string; event_id: number }
  /** Sessions that were signed out of. `until`: when they would have ended anyway. */
  ended_sessions: { sid_hash: string; until: number }
  /** Secrets that a sign-in may use once, each until `expires`; the secret itself is not kept. */
  sign_in_secrets: { id: string; hmac: string; attempts: number; expires: number }
  /** Counters of all limits, on PostgreSQL alone. `expire`: when the counter begins anew. */
  rate_limits: { key: string; points: number; expire: number }
}
