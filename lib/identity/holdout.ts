import 'server-only'
import { createHmac } from 'node:crypto'
import type { Bucket } from './public.ts'

export interface Holdout {
  /** The share of readers whose token is withheld, above 0 and up to 100. */
  percent: number
  salt: string
}

/**
 * The reader's group. By address or number alone, so it is the same on each device, in each account and after each
 * sign-in. A higher percentage keeps everybody whom a lower one withholds. Pure.
 */
export const bucketOf = ({ percent, salt }: Holdout, diiHash: string): Bucket =>
  placeOf(salt, diiHash) * 100 < percent ? 'control' : 'treatment'

/** Where the reader stands between 0 and 1, with the precision of a number. */
const placeOf = (salt: string, diiHash: string): number =>
  createHmac('sha256', salt).update(diiHash).digest().readUIntBE(0, 6) / 2 ** 48
