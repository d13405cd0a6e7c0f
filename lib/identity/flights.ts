import 'server-only'
import { createHash } from 'node:crypto'
import { recordRevocation, withChoices } from '../choices/access.ts'
import { isRevocationPending } from '../choices/pending.ts'
import type { Subject } from '../choices/store.ts'
import { env } from '../env/server.ts'
import { logEvent } from '../observe/log.ts'
import { createFlights, type Flight, type Flights } from '../shared/flights.ts'
import { singleton } from '../shared/singleton.ts'
import type { DiiInput, Identity } from '../uid2/index.ts'
import { announcing, callOperator, explainRefusedKey, operatorClient } from './operator.ts'

/** How a call to the operator ended, as far as policy cares. */
export type Outcome =
  | { status: 'success'; identity: Identity }
  /** Heard, and recorded; or overdue, and then nothing is handed out before it is. */
  | { status: 'optout' }
  | { status: 'insufficient_user_consent' }
  /** The refresh token is of no more use; only a new generate helps. */
  | { status: 'ended' }
  /** Not begun: the reader may no longer have one. */
  | { status: 'refused' }
  /** No answer: what we have stays, and nobody asks again for a while. */
  | { status: 'failed' }

const resultMs = 60_000
const backOffMs = 30_000
/** The same string gets the same answer, and another string is another key. */
const consentMs = 3_600_000

/** How long the outcome of a call is remembered, ms. */
const makeFlights = (keep: Record<Outcome['status'], number>): Flights<Outcome> =>
  createFlights<Outcome>({
    keepMs: ({ status }) => keep[status],
    limit: 10_000,
    now: () => performance.now(),
  })

const kept = {
  success: resultMs,
  optout: resultMs,
  insufficient_user_consent: consentMs,
  ended: resultMs,
  refused: 0,
  failed: backOffMs,
}

/** A refreshed identity waits for the reader's next request. */
const refreshes = () => singleton('refreshes', () => makeFlights(kept))
/** A generated one is sealed by who asked for it. */
const generates = () => singleton('generates', () => makeFlights({ ...kept, success: 0 }))

const hashed = (secret: string): string => createHash('sha256').update(secret).digest('base64url')

export const findRefresh = (identity: Identity): Flight<Outcome> | undefined =>
  refreshes().find(hashed(identity.refresh_token))

/** Begins a refresh, or joins the one that is under way. Never rejects; bounded by the operator time-out. */
export const startRefresh = (identity: Identity, subject: Subject): Flight<Outcome> =>
  refreshes().start(hashed(identity.refresh_token), async () => {
    const outcome = await callOperator(() => operatorClient().refreshToken(identity))
    if (outcome === null) return { status: 'failed' }
    if (outcome.status === 'expired_token' || outcome.status === 'invalid_token') return { status: 'ended' }
    return outcome.status === 'optout' ? recordOptOut(subject) : outcome
  })

/** With other consent the operator may answer otherwise. */
const generateKey = ({ diiHash }: Subject, tcf: string | undefined) => hashed(`${diiHash}\n${tcf ?? ''}`)

export const findGenerate = (subject: Subject, tcf: string | undefined): Flight<Outcome> | undefined =>
  generates().find(generateKey(subject, tcf))

/** Begins a generate for this reader's DII, or joins the one that is under way. */
export const startGenerate = (subject: Subject, dii: DiiInput, tcf: string | undefined): Flight<Outcome> =>
  generates().start(generateKey(subject, tcf), async () => {
    const options = tcf === undefined ? {} : { tcfConsentString: tcf }
    const begun = await begin(subject, (sent) =>
      operatorClient().generateToken(dii, { ...options, fetch: announcing(sent) }),
    )
    if ('refused' in begun) return begun.refused
    const outcome = await begun.call
    if (outcome === null) return { status: 'failed' }
    return outcome.status === 'optout' ? recordOptOut(subject) : outcome
  })

/**
 * Begins a generate unless the reader may no longer have one. Read here and not only by the caller, who may have
 * waited; and until the request has left, no instance can record what forbids it. So none begins once an
 * opt-out, a no or the end of the session is on record.
 */
async function begin<T>(subject: Subject, generate: (sent: () => void) => Promise<T>) {
  let call: Promise<T | null> | undefined
  const refused = await withChoices((store) =>
    store.holding(subject, async ({ optedOut, choice, ended }): Promise<Outcome | null> => {
      // The store tries its work again when a lock was in the way; the operator is called once.
      if (call) return null
      if (isRevocationPending(subject)) return { status: 'refused' }
      if (optedOut) return { status: 'optout' }
      if (choice !== 'granted' || ended) return { status: 'refused' }
      await new Promise<void>((sent) => {
        call = callOperator(() => generate(sent), explainRefusedKey)
        // A call that fails before it is sent is over, too.
        call.then(() => sent())
      })
      return null
    }),
  ).catch((): Outcome => ({ status: 'refused' }))
  return call ? { call } : { refused: refused ?? { status: 'refused' as const } }
}

async function recordOptOut({ diiHash }: Subject): Promise<Outcome> {
  await recordRevocation({ kind: 'opt_out', diiHash, source: env().product }).then(
    () => logEvent('info', 'opt_out_recorded'),
    () => {},
  )
  return { status: 'optout' }
}
