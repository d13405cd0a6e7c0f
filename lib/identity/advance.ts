import 'server-only'
import type { Reader } from '../auth/reader.ts'
import { env } from '../env/server.ts'
import { withTimeout } from '../shared/with-timeout.ts'
import { hasExpired, type Identity, isRefreshable } from '../uid2/index.ts'
import { isEntitled, keepsIdentity } from './decide.ts'
import { findRefresh, type Outcome, startGenerate, startRefresh } from './flights.ts'
import type { PublicIdentity } from './public.ts'
import { type KnownReader, lookAgain } from './reader.ts'
import { beginsRefresh, renewerOf } from './renewal.ts'
import { type Asking, bucketFor, consentOf, decideFor, readSituation, withSignals } from './situation.ts'

/** What each surface may do beyond reading. */
export interface Policy {
  /** The longest to wait for a refresh while the token is still valid, ms. */
  waitForDue: number
  /** The longest to wait for a refresh when there is no valid token, ms. */
  waitForExpired: number
  /** May call generate, and waits for it. */
  generate: boolean
  /** Refresh though it is not due: somebody else heard of an opt-out, and only the operator can confirm. */
  recheck?: boolean
}

/** `consent`: the id of the yes that stands. */
interface ToSeal {
  identity: Identity
  reader: Reader
  consent: number
}

export interface Advanced {
  decision: PublicIdentity
  /** What the response must do with the identity cookie. */
  cookie: 'keep' | 'clear' | ToSeal
  /** A refresh that goes on after the response; never rejects. */
  background: Promise<unknown> | undefined
}

/**
 * Takes a request's identity as far as its surface may: adopts a refresh that has ended, begins one that
 * is due, waits or generates where the policy says so. Whatever the operator said meanwhile, the store is
 * read again before anything is sealed, so an opt-out, a withdrawal or a sign-out always wins.
 */
export async function advance(asking: Asking, policy: Policy): Promise<Advanced> {
  const situation = await readSituation(asking)
  const decision = decideFor(situation, situation.identity)
  const { known } = situation
  if (!isEntitled(decision) || !known?.subject) {
    const drop = situation.stray || (situation.identity !== null && !keepsIdentity(decision))
    return { decision, cookie: drop ? 'clear' : 'keep', background: undefined }
  }

  const renewer = renewerOf(env().handoff, bucketFor(known))
  const refresh = await refreshed(situation.identity, known.subject, { ...policy, renewer })
  const generate = refresh.identity === null && policy.generate
  const identity = generate ? await generated(known) : refresh.identity
  const changed = identity !== situation.identity || situation.retired
  if (!changed && !refresh.waited && !generate && !refresh.unheard)
    return { decision, cookie: situation.stray ? 'clear' : 'keep', background: refresh.background }

  const latest = withSignals(await lookAgain(known), asking.headers)
  const after = decideFor({ ...situation, known: latest }, identity, refresh.unheard)
  const { background } = refresh
  const consent = consentIn(latest)
  if (!identity || !latest || consent === null || !isEntitled(after)) {
    // A store that went down meanwhile takes nothing away that another request may find in force.
    const keep = identity !== null && latest !== null && keepsIdentity(after)
    return { decision: after, cookie: keep ? 'keep' : 'clear', background }
  }
  // Said no and yes again meanwhile: what was asked for under the earlier yes is not handed out under this one.
  if (consent !== consentIn(known)) return { decision: refreshing(), cookie: 'clear', background }
  const cookie = changed ? { identity, reader: latest.reader, consent } : 'keep'
  return { decision: after, cookie, background }
}

const consentIn = (known: KnownReader | null): number | null =>
  known === null || known.standing === 'store_down' ? null : known.standing.consent

const refreshing = (): PublicIdentity => ({ status: 'refreshing', now: Date.now() })

interface Refreshed {
  identity: Identity | null
  /** Time has passed: what was read of the reader before may no longer hold. */
  waited: boolean
  /** The operator was asked to confirm, and did not answer. */
  unheard: boolean
  background: Promise<unknown> | undefined
}

const notBegun = { waited: false, unheard: false, background: undefined }

/** The newest identity that a refresh has brought, the given one while there is none, null at its end. */
async function refreshed(
  given: Identity | null,
  subject: NonNullable<KnownReader['subject']>,
  policy: Policy & { renewer: ReturnType<typeof renewerOf> },
): Promise<Refreshed> {
  const known = given && adopt(given, findRefresh(given)?.settled)
  const now = Date.now()
  if (!known || !beginsRefresh({ ...policy, identity: known, now })) return { identity: known, ...notBegun }
  if (!isRefreshable(known, now)) return { identity: null, ...notBegun }
  const flight = startRefresh(known, subject)
  const wait = hasExpired(known, now) ? policy.waitForExpired : policy.waitForDue
  const waited = wait > 0 && !flight.settled
  if (waited) await withTimeout<unknown>(flight.promise, wait, () => {})
  return {
    identity: adopt(known, flight.settled),
    waited,
    unheard: policy.recheck === true && (!flight.settled || flight.settled.status === 'failed'),
    background: flight.settled ? undefined : flight.promise,
  }
}

function adopt(identity: Identity, outcome: Outcome | undefined): Identity | null {
  if (outcome === undefined || outcome.status === 'failed') return identity
  if (outcome.status !== 'success') return null
  // Never a step back: of two answers the one that lives longer stays.
  return outcome.identity.identity_expires > identity.identity_expires ? outcome.identity : identity
}

async function generated(known: KnownReader): Promise<Identity | null> {
  const { reader, subject, standing } = known
  if (typeof reader.dii === 'string' || !subject || standing === 'store_down') return null
  const { kind, value } = reader.dii
  const input = kind === 'email' ? { email: value } : { phone: value }
  const outcome = await startGenerate(subject, input, consentOf(known)).promise
  return outcome.status === 'success' ? outcome.identity : null
}
