import 'server-only'
import { createHash } from 'node:crypto'
import { withChoices } from '../choices/open.ts'
import type { Subject } from '../choices/store.ts'
import { env } from '../env/server.ts'
import { logEvent } from '../observe/log.ts'
import { createFlights, type Flight, type Flights } from '../shared/flights.ts'
import { singleton } from '../shared/singleton.ts'
import type { DiiInput, Identity } from '../uid2/index.ts'
import { callOperator, operatorClient } from './operator.ts'

/** How a call to the operator ended, as far as policy cares. */
export type Outcome =
  | { status: 'success'; identity: Identity }
  /** Heard and recorded. */
  | { status: 'optout' }
  | { status: 'insufficient_user_consent' }
  /** The refresh token is of no more use; only a new generate helps. */
  | { status: 'ended' }
  /** No answer, or the opt-out could not be recorded: what we have stays, nobody asks again for a while. */
  | { status: 'failed' }

const resultMs = 60_000
const backOffMs = 30_000

const makeFlights = (keepSuccessMs: number): Flights<Outcome> =>
  createFlights<Outcome>({
    keepMs: ({ status }) =>
      status === 'failed' ? backOffMs : status === 'success' ? keepSuccessMs : resultMs,
    limit: 10_000,
    now: () => performance.now(),
  })

/** A refreshed identity waits for the reader's next request. */
const refreshes = () => singleton('refreshes', () => makeFlights(resultMs))
/** A generated one is sealed by who asked for it. */
const generates = () => singleton('generates', () => makeFlights(0))

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
    // Read here and not only by the caller: no generate may begin once an opt-out is on record.
    const standing = await withChoices((store) => store.read(subject)).catch(() => null)
    if (standing === null) return { status: 'failed' }
    if (standing.optedOut) return { status: 'optout' }
    const outcome = await callOperator(() =>
      operatorClient().generateToken(dii, tcf === undefined ? {} : { tcfConsentString: tcf }),
    )
    if (outcome === null) return { status: 'failed' }
    return outcome.status === 'optout' ? recordOptOut(subject) : outcome
  })

/** Nobody hears of an opt-out before it is durable. */
async function recordOptOut({ diiHash }: Subject): Promise<Outcome> {
  try {
    await withChoices((store) => store.recordOptOut(diiHash, env().product))
    logEvent('info', 'opt_out_recorded')
    return { status: 'optout' }
  } catch {
    return { status: 'failed' }
  }
}
