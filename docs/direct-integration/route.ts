/**
 * Two route handlers, on the web's `Request` and `Response`: a token for whoever is signed in, and the next one.
 * How to use them: README.md beside this.
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
  /** The address that this session has proved and whose owner said yes; else null. Never one that a request names. */
  verifiedEmail(request: Request): Promise<string | null>
  /** On the server. A hash is personal data: key rows with an HMAC of it. */
  store: {
    isOptedOut(hash: string): Promise<boolean>
    /** For ever, and forgets the identity. */
    rememberOptOut(hash: string): Promise<void>
    identity(hash: string): Promise<Identity | null>
    /** Null forgets it. */
    keepIdentity(hash: string, identity: Identity | null): Promise<void>
  }
  /** Takes a code for log and alert, and never a token or a person. */
  report(code: string): void
}

/** `POST`, without a body: generates. Once after the reader's yes, and again when a refresh says `expired`. */
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

/** `POST`, without a body: the token as it is, or its successor from `refreshFrom` on. */
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
      // Due is not dead: a failed refresh takes nothing away.
      return Date.now() < kept.identity_expires ? answer(200, 'success', kept) : failure
    }
  })
}

/** Finds out who asks, from the session alone, and asks no operator about somebody who opted out. */
function forReader({ verifiedEmail, store }: Publisher, act: (hash: string) => Promise<Response>) {
  return async (request: Request): Promise<Response> => {
    const email = await verifiedEmail(request)
    if (email === null) return answer(401, 'signed_out')
    const hash = await hashEmail(email)
    if (hash === null) return answer(422, 'unusable_email')
    // A store that is down throws, so that nobody is asked then either.
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
