import type { PublicIdentity } from '../../identity/public-identity'
import type { Signals } from './consent-platform'
import type { PageWindow, PostInit } from './page-window'

/** Also the URL of the `Link: rel=preload` response header; both must stay the same. */
const IDENTITY_URL = '/api/identity'

/** What a `POST /api/identity` tells. */
export interface Post {
  recheck?: true
  signals?: Signals
}

/** A GET without `post`. Null when there is no usable answer, whatever the reason: the caller's choice is the same. */
export const requestIdentity = (window: PageWindow, post: Post | null): Promise<PublicIdentity | null> =>
  window
    // Without any option the GET matches the preload of the response header, and takes its answer.
    .fetch(IDENTITY_URL, post ? initOf(post) : undefined)
    .then((response) => response.ok && response.json())
    .then(identityIn)
    .catch(() => null)

function initOf(post: Post): PostInit {
  const body = JSON.stringify(post)
  return { method: 'POST', ...(body !== '{}' && { headers: { 'content-type': 'application/json' }, body }) }
}

/** Null for anything that is not an identity: a proxy's error page, a truncated body, an old server. */
function identityIn(body: { [name in string]?: unknown }): PublicIdentity | null {
  const { status, now, advertisingToken, identityExpires, refreshFrom } = body
  // A token and its times belong together; of the control group there is only the time of its next refresh.
  const times = status === 'withheld' ? [refreshFrom] : []
  if (status === 'available') times.push(identityExpires, refreshFrom, advertisingToken ? 0 : null)
  return status && [now, ...times].every(Number.isFinite) ? (body as unknown as PublicIdentity) : null
}
