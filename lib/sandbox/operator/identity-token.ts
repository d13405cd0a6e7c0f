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
  /** When the identity was first generated. A refresh keeps it. */
  establishedAt: number
  now: number
  lifetimes: Readonly<Lifetimes>
}

/**
 * The six fields of an identity, with all times from one clock reading. Null when a key is missing, because
 * the clock is before its activation or after its expiry.
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
