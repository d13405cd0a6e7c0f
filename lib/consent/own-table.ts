import 'server-only'
import type { ConsentState, ConsentStore, Subject } from '../identity/types'
import { diiHashesOf } from './store'

/** What a publisher brings whose readers' consent is kept elsewhere. Each may reject: then there is no token. */
export interface OwnTable {
  /** Whether the operator ever answered `optout` for this DII. The one table that is needed. */
  isOptedOut(diiHash: string): Promise<boolean>
  /** Resolves once it is committed. The row stays for ever: the operator must not be asked to generate again. */
  recordOptOut(diiHash: string): Promise<void>
  /**
   * What the reader decided; null: nothing yet. `id` is another number for each consent, such as its version or the
   * second in which it was given: a token that was made under an earlier one is void.
   */
  consentOf(subject: Subject): Promise<{ id: number } | 'denied' | null>
}

/**
 * A consent store on a publisher's own table. Consents and sign-outs are recorded where the publisher records them, so
 * `grant` answers `rejected`, `deny` only clears the cookie, and Global Privacy Control holds only for its own request.
 * There is no lock: a denial in the moment of a generate takes its token away at the reader's next request. An opt-out
 * that `recordOptOut` could not write is asked for again a minute later.
 */
export function createOwnTableStore(table: OwnTable): ConsentStore {
  async function read(subject: Subject): Promise<ConsentState> {
    const [consent, ...optOuts] = await Promise.all([
      table.consentOf(subject),
      ...diiHashesOf(subject).map((hash) => table.isOptedOut(hash)),
    ])
    const denied = consent === 'denied'
    return {
      ended: false,
      // A driver may answer 1 for true.
      optedOut: optOuts.some(Boolean),
      siteOptOut: denied,
      choice: denied ? 'denied' : consent ? 'granted' : null,
      // A driver may give a large number as text.
      consentId: denied || !consent ? null : Number(consent.id),
      signals: {},
    }
  }

  return {
    read,
    isSessionEnded: async () => false,
    withSharedLock: async (subject, act) => act(await read(subject)),
    recordChoice: () =>
      Promise.reject(
        Object.assign(new Error('Record it where consentOf reads it.'), { code: 'rejected_write' }),
      ),
    recordOptOut: (diiHash) => table.recordOptOut(diiHash),
  }
}
