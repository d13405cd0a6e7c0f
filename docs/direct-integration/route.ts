/**
 * Two route handlers on the web's `Request` and `Response`: one generates a token for the signed-in reader, one refreshes
 * it. How to use them: README.md in this folder.
 */
import {
  type Answer,
  generate,
  hashEmail,
  type Identity,
  OperatorFault,
  operatorFromEnvironment,
  refresh,
} from './operator'

/** The publisher's own part. */
export interface Publisher {
  /** The verified address of this session, if its owner consented; else null. Never an address from the request. */
  verifiedEmail(request: Request): Promise<string | null>
  /** On the server. A hash is personal data: key rows with an HMAC of it. */
  store: {
    isOptedOut(hash: string): Promise<boolean>
    /** Permanently; also deletes the identity. */
    rememberOptOut(hash: string): Promise<void>
    identity(hash: string): Promise<Identity | null>
    /** Null deletes it. */
    keepIdentity(hash: string, identity: Identity | null): Promise<void>
  }
  /** Gets a code for log and alert, never a token or personal data. */
  report(code: string): void
}

/** `POST`, without a body: generates. Call it once after consent, and again when a refresh says `expired`. */
export function createTokenRoute(publisher: Publisher) {
  const operator = operatorFromEnvironment()
  return forReader(publisher, async (hash) => {
    try {
      return await settle(publisher, hash, await generate(operator, hash))
    } catch (error) {
      return failed(publisher, error)
    }
  })
}

/** `POST`, without a body: the current token, or a refreshed one from `refreshFrom` on. */
export function createRefreshRoute(publisher: Publisher) {
  const operator = operatorFromEnvironment()
  return forReader(publisher, async (hash) => {
    const kept = await publisher.store.identity(hash)
    if (kept === null || Date.now() >= kept.refresh_expires) return answer(200, 'expired')
    if (Date.now() < kept.refresh_from) return answer(200, 'success', kept)
    try {
      return await settle(publisher, hash, await refresh(operator, kept))
    } catch (error) {
      const failure = failed(publisher, error)
      // A due token is still valid: keep it when a refresh fails.
      return Date.now() < kept.identity_expires ? answer(200, 'success', kept) : failure
    }
  })
}

/** Finds the reader by the session only; calls no operator for a reader who opted out. */
function forReader({ verifiedEmail, store }: Publisher, act: (hash: string) => Promise<Response>) {
  return async (request: Request): Promise<Response> => {
    const email = await verifiedEmail(request)
    if (email === null) return answer(401, 'signed_out')
    const hash = await hashEmail(email)
    if (hash === null) return answer(422, 'unusable_email')
    // A store that is down throws, so no operator is called then either.
    return (await store.isOptedOut(hash)) ? answer(200, 'optout') : act(hash)
  }
}

async function settle({ store }: Publisher, hash: string, result: Answer): Promise<Response> {
  if (result.status === 'success') {
    await store.keepIdentity(hash, result.identity)
    return answer(200, 'success', result.identity)
  }
  if (result.status === 'optout') await store.rememberOptOut(hash)
  else await store.keepIdentity(hash, null)
  return answer(200, result.status)
}

function failed({ report }: Publisher, error: unknown): Response {
  if (!(error instanceof OperatorFault)) throw error
  report(error.message)
  return answer(503, 'unavailable')
}

/** All that a browser gets. */
function answer(httpStatus: number, status: string, identity?: Identity): Response {
  const token = identity && {
    advertisingToken: identity.advertising_token,
    identityExpires: identity.identity_expires,
    refreshFrom: identity.refresh_from,
  }
  const headers = { 'Cache-Control': 'private, no-store' }
  return Response.json({ status, ...token }, { status: httpStatus, headers })
}
