import type { PublicIdentity } from '../../identity/public-identity'
import type { Signals } from './consent-platform'
import type { HandoffWindow, PostInit } from './handoff-window'

/** Also the URL of the `Link: rel=preload` response header; both must stay the same. */
const IDENTITY_URL = '/api/identity'

/** What a `POST /api/identity` tells. */
export interface Post {
  recheck?: true
  signals?: Signals
}

/** A GET without `post`. Null when there is no usable answer, whatever the reason: the caller's choice is the same. */
export const requestIdentity = (window: HandoffWindow, post: Post | null): Promise<PublicIdentity | null> =>
  window
    // Without any option the GET matches the preload of the response header, and takes its answer.
    .fetch(IDENTITY_URL, post ? initOf(post) : undefined)
    .then((response) => (response.ok ? response.json().then(identityIn) : null))
    .catch(() => null)

function initOf(post: Post): PostInit {
  const body = JSON.stringify(post)
  return { method: 'POST', ...(body !== '{}' && { headers: { 'content-type': 'application/json' }, body }) }
}

/** Null for anything that is not an identity: a proxy's error page, a truncated body, an old server. */
function identityIn(body: { [name in string]?: unknown }): PublicIdentity | null {
  const { status, now, advertisingToken, identityExpires, refreshFrom } = body
  const times =
    status === 'available'
      ? [now, identityExpires, refreshFrom]
      : status === 'withheld'
        ? [now, refreshFrom]
        : [now]
  const isIdentity = status && times.every(Number.isFinite) && (status !== 'available' || advertisingToken)
  return isIdentity ? (body as unknown as PublicIdentity) : null
}
