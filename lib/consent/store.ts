import type { ConsentSignals } from '../identity/public-identity'
import type { ConsentStore, Subject } from '../identity/types'

/** What a site records beyond what the identity core needs. */
export interface ConsentRecords extends ConsentStore {
  /** The latest signals of the consent platform. They replace the earlier ones and change no choice. */
  recordSignals(subject: Omit<Subject, 'sid'>, signals: ConsentSignals): Promise<void>
  /** `until`: when the session would expire, Unix ms. */
  endSession(sid: string, until: number): Promise<void>
  /** Erases the records of these DII, of every account, except opt-outs. */
  forget(diiHashes: readonly string[]): Promise<Forgotten>
}

/** Of all that the sign-in proved: an opt-out or a denial of any of them counts. */
export const diiHashesOf = ({ diiHash, otherDiiHashes = [] }: Omit<Subject, 'sid'>): string[] => [
  diiHash,
  ...otherDiiHashes,
]

/** The number of erased records. */
export interface Forgotten {
  history: number
  signals: number
}
