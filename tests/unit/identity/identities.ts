import { randomBytes } from 'node:crypto'
import type { Identity } from '#lib/uid2/index.ts'

/** An identity of an operator; times are counted from now. */
export function identityFor(times: { expires?: number; due?: number; refreshable?: number } = {}): Identity {
  const now = Date.now()
  return {
    advertising_token: `A4${randomBytes(40).toString('base64url')}`,
    refresh_token: randomBytes(40).toString('base64'),
    identity_expires: now + (times.expires ?? 3_600_000),
    refresh_from: now + (times.due ?? 900_000),
    refresh_expires: now + (times.refreshable ?? 86_400_000),
    refresh_response_key: randomBytes(32).toString('base64'),
  }
}
