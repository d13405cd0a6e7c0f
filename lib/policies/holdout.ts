import 'server-only'
import { createHmac } from 'node:crypto'
import type { Bucket } from '../identity/public-identity'

/**
 * The reader's group in a hold-out, by address or number alone: the same on each device, in each account and after each
 * sign-in. A higher percentage keeps everybody whom a lower one withholds. `percent`: above 0 and up to 100.
 */
export const holdout =
  ({ percent, salt }: { percent: number; salt: string }) =>
  (diiHash: string): Bucket =>
    positionOf(salt, diiHash) * 100 < percent ? 'control' : 'treatment'

/** Where the reader stands between 0 and 1. */
const positionOf = (salt: string, diiHash: string): number =>
  createHmac('sha256', salt).update(diiHash).digest().readUIntBE(0, 6) / 2 ** 48
