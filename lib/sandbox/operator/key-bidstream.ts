import 'server-only'

import type { Call } from './call.ts'
import { openRequest, sealResponse } from './envelope.ts'
import { DEFAULT_LIFETIMES } from './faults.ts'
import { keys, REFRESH_SITE } from './key-material.ts'
import { unauthorized } from './replies.ts'
import type { OperatorReply } from './types.ts'

const CLOCK_SKEW_SECONDS = 1800

/**
 * `POST /v2/key/bidstream`: the keys that a buyer decrypts tokens with. The refresh key is nobody's; every
 * other keyset is open to every reader of identities, unlike in the real operator's local fixtures, where
 * the fixture DSP could not read the fixture publisher's tokens.
 */
export function keyBidstream({ request, client, scope, now, lifetimes }: Call): OperatorReply {
  if (!client?.roles.includes('ID_READER')) return unauthorized()
  const opened = openRequest(request, client.secret, scope, now)
  if (!opened.ok) return opened.reply
  // Never below the default, so that shortening the lifetimes does not spoil tokens already issued.
  const longest = Math.max(lifetimes.identityMs, DEFAULT_LIFETIMES.identityMs)
  const body = {
    max_bidstream_lifetime_seconds: Math.ceil(longest / 1000) + 10,
    identity_scope: scope.toUpperCase(),
    allow_clock_skew_seconds: CLOCK_SKEW_SECONDS,
    keys: keys
      .filter(({ siteId }) => siteId !== REFRESH_SITE)
      .map(({ id, created, activates, expires, secret }) => ({
        id,
        created,
        activates,
        expires,
        secret: secret.toString('base64'),
      })),
  }
  return sealResponse(opened.request, client.secret, { status: 'success', body }, now)
}
