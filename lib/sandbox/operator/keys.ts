import 'server-only'

import type { Client } from './clients'
import { DEFAULT_LIFETIMES } from './faults'
import { type KeysetKey, keys, MASTER_SITE, REFRESH_SITE } from './key-material'
import type { SealedCall } from './sealed-endpoint'
import type { OperatorReply } from './types'

const CLOCK_SKEW_SECONDS = 1800
const SHARING_TOKEN_SECONDS = 2_592_000
/** The tolerance beyond a token's lifetime for those who read it. */
const TOLERANCE_SECONDS = 10
/** The master keyset is -1, but the SDKs accept no negative one. */
const MASTER_KEYSET_FOR_SDKS = 9_999_999

/** `POST /v2/key/bidstream`: the keys with which a buyer decrypts tokens. */
export function keyBidstream({ client, scope, lifetimes, answer }: SealedCall): OperatorReply {
  // Never below the default, so that shorter lifetimes do not invalidate issued tokens.
  const longest = Math.max(lifetimes.identityMs, DEFAULT_LIFETIMES.identityMs)
  const body = {
    max_bidstream_lifetime_seconds: Math.ceil(longest / 1000) + TOLERANCE_SECONDS,
    identity_scope: scope.toUpperCase(),
    allow_clock_skew_seconds: CLOCK_SKEW_SECONDS,
    keys: readableKeys(client).map(asJson),
  }
  return answer({ status: 'success', body })
}

/** `POST /v2/key/sharing`: also the keysets that the caller may encrypt with. No other keyset is named. */
export function keySharing({ client, scope, answer }: SealedCall): OperatorReply {
  const own = keys.find(({ siteId }) => siteId === client.siteId)
  const keysetOf = ({ siteId, keysetId }: KeysetKey) => {
    if (siteId === MASTER_SITE) return { keyset_id: MASTER_KEYSET_FOR_SDKS }
    return siteId === client.siteId ? { keyset_id: keysetId } : {}
  }
  const body = {
    caller_site_id: client.siteId,
    master_keyset_id: MASTER_KEYSET_FOR_SDKS,
    ...(own && { default_keyset_id: own.keysetId }),
    // Text, as in the real operator, for old SDKs.
    token_expiry_seconds: String(SHARING_TOKEN_SECONDS),
    ...(client.roles.includes('SHARER') && {
      max_sharing_lifetime_seconds: SHARING_TOKEN_SECONDS + TOLERANCE_SECONDS,
    }),
    identity_scope: scope.toUpperCase(),
    allow_clock_skew_seconds: CLOCK_SKEW_SECONDS,
    keys: readableKeys(client).map((key) => ({ ...asJson(key), ...keysetOf(key) })),
  }
  return answer({ status: 'success', body })
}

/** `POST /v2/key/latest`, for older SDKs: a bare list, with the site of each key. */
export function keyLatest({ client, answer }: SealedCall): OperatorReply {
  const body = readableKeys(client).map((key) => ({ ...asJson(key), site_id: key.siteId }))
  return answer({ status: 'success', body })
}

/**
 * Everyone may read the master key, no one the refresh key. The other keysets have no list of allowed sites:
 * all readers of identities may use them, and otherwise only their owner. In the real operator's local
 * fixtures they have a list, and the fixture DSP cannot read the fixture publisher's tokens.
 */
function readableKeys({ siteId, roles }: Client): KeysetKey[] {
  return keys.filter((key) => {
    if (key.siteId === REFRESH_SITE) return false
    return key.siteId === MASTER_SITE || key.siteId === siteId || roles.includes('ID_READER')
  })
}

function asJson({ id, created, activates, expires, secret }: KeysetKey) {
  return { id, created, activates, expires, secret: secret.toString('base64') }
}
