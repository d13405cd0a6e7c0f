import 'server-only'
import { createHash, createHmac } from 'node:crypto'

/**
 * The store holds neither DII nor plain hashes: DII key = HMAC-SHA-256(pepper, hash of the normalised DII).
 * Each row has the fingerprint of its pepper, so that boot can refuse to run without a pepper in use.
 */
export const diiKey = (pepper: string, diiHash: string): string =>
  createHmac('sha256', pepper).update(`dii:${diiHash}`).digest('base64url')

export const pepperFingerprint = (pepper: string): string =>
  createHash('sha256').update(`pepper:${pepper}`).digest('hex').slice(0, 12)

/** The key of an ended session. `sid` is random, so a plain hash reveals nothing. */
export const sidHash = (sid: string): string => createHash('sha256').update(`sid:${sid}`).digest('base64url')
