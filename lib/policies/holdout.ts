import 'server-only'
import { createHmac } from 'node:crypto'
import type { Bucket } from '../identity/public-identity'

/**
 * The reader's group in a hold-out, from the address or number only: the same on each device, in each account
 * and after each sign-in. A higher percentage keeps all readers of a lower one. `percent`: above 0, up to
 * 100.
 */
export const holdout =
  ({ percent, salt }: { percent: number; salt: string }) =>
  (diiHash: string): Bucket =>
    positionOf(salt, diiHash) * 100 < percent ? 'control' : 'treatment'

/** A number from 0 to 1 for each reader. */
const positionOf = (salt: string, diiHash: string): number =>
  createHmac('sha256', salt).update(diiHash).digest().readUIntBE(0, 6) / 2 ** 48
