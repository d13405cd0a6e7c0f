import 'server-only'

import { encodeAdvertisingToken } from './advertising-token'
import type { Lifetimes } from './faults'
import { activeKey, MASTER_SITE, REFRESH_SITE } from './key-material'
import { type IdentityType, rawUid } from './raw-uid'
import { encodeRefreshToken } from './refresh-token'
import type { Scope } from './types'

export interface IssueRequest {
  scope: Scope
  type: IdentityType
  flh: Uint8Array
  siteId: number
  /** When the identity was first generated; a refresh keeps it. */
  establishedAt: number
  now: number
  lifetimes: Readonly<Lifetimes>
}

/**
 * The six fields of an identity, all times from one reading of the clock. Null when a key is lacking: by a
 * clock that stands before the first activation of one, or beyond its expiry.
 */
export function issueIdentity({ scope, type, flh, siteId, establishedAt, now, lifetimes }: IssueRequest) {
  if (![MASTER_SITE, REFRESH_SITE, siteId].every((owner) => activeKey(owner, now))) return null
  const identityExpires = now + lifetimes.identityMs
  const refreshExpires = now + lifetimes.refreshMs
  const common = { scope, type, siteId, establishedAt, createdAt: now }
  const refresh = encodeRefreshToken({ ...common, flh, expiresAt: refreshExpires })
  return {
    advertising_token: encodeAdvertisingToken({
      ...common,
      uid: rawUid(flh, scope, type),
      expiresAt: identityExpires,
    }),
    refresh_token: refresh.token,
    identity_expires: identityExpires,
    refresh_expires: refreshExpires,
    refresh_from: now + lifetimes.refreshFromMs,
    refresh_response_key: refresh.responseKey,
  }
}
