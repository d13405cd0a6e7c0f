import 'server-only'

import { seal } from './aes-gcm'
import type { Call } from './call'
import { issueIdentity } from './identity-token'
import { isOptedOut } from './optout'
import { BrokenTokenError, decodeInner, openRefreshToken, REFRESH_TOKEN_LENGTH } from './refresh-token'
import {
  clientError,
  errorReply,
  isBinary,
  jsonReply,
  noActiveKey,
  sealedReply,
  unknownError,
} from './replies'
import type { OperatorReply, Scope } from './types'

/** Identities from before this time are answered as opted out. */
const CUTOFF = Date.UTC(2021, 2, 8, 17)

/**
 * `POST /v2/token/refresh`: https://unifiedid.com/docs/endpoints/post-token-refresh
 * The body is the bare refresh token. A key in `Authorization` is optional and only makes errors more
 * precise. A body of another length is tried as the inner token alone, which clients held before v2, and
 * answered unencrypted.
 */
export function tokenRefresh({ request, client, scope, now, lifetimes, forceOptout }: Call): OperatorReply {
  const refuse = (status: string, message: string) =>
    client ? errorReply(400, status, message) : errorReply(400, 'error', 'Error refreshing token')

  const token = Buffer.from(request.body).toString('utf8')
  const isSealed = token.length === REFRESH_TOKEN_LENGTH
  const opened = isSealed ? openRefreshToken(token) : ({ ok: true, inner: token, responseKey: null } as const)
  if (!opened.ok) return clientError(opened.message)
  const claims = readClaims(opened.inner, scope)
  if (claims === 'broken') return unknownError('Unknown error while refreshing token v2')
  if (!claims) return refuse('invalid_token', 'Invalid Token presented')

  const answer = (json: unknown) => {
    if (!opened.responseKey) return jsonReply(200, json)
    const sealed = seal(opened.responseKey, Buffer.from(JSON.stringify(json)))
    return sealedReply(sealed, isBinary(request.headers['content-type']))
  }
  if (claims.establishedAt < CUTOFF) return answer({ status: 'optout' })
  if (claims.expiresAt < now) return refuse('expired_token', 'Expired Token presented')
  if (forceOptout || isOptedOut(claims, 'refresh')) return answer({ status: 'optout' })

  const { type, flh, siteId, establishedAt } = claims
  const body = issueIdentity({ scope, type, flh, siteId, establishedAt, now, lifetimes })
  if (body) return answer({ status: 'success', body })
  return client ? noActiveKey() : refuse('error', '')
}

function readClaims(inner: string, scope: Scope) {
  try {
    return decodeInner(inner, scope)
  } catch (error) {
    if (error instanceof BrokenTokenError) return 'broken'
    throw error
  }
}
