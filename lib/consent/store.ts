import type { ConsentSignals } from '../identity/public-identity'
import type { ConsentStore, Subject } from '../identity/types'

/** What a site records of its readers beside what the identity core needs. */
export interface ConsentRecords extends ConsentStore {
  /** The consent platform's latest word. It replaces the one before, and changes no choice. */
  recordSignals(subject: Omit<Subject, 'sid'>, signals: ConsentSignals): Promise<void>
  /** `until`: Unix ms at which the session would have ended by itself. */
  endSession(sid: string, until: number): Promise<void>
  /** Erases what is kept under these DII, of every account, except for the marks of opt-outs. */
  forget(diiHashes: readonly string[]): Promise<Forgotten>
}

/** How many were erased. */
export interface Forgotten {
  history: number
  signals: number
}
