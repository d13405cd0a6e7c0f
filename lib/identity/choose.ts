import 'server-only'
import { recordConsent, recordRevocation, withChoices } from '../choices/access.ts'
import type { Signals } from '../choices/standing.ts'
import type { Choice, Subject } from '../choices/store.ts'
import { RejectedWriteError } from '../database/access.ts'
import { env } from '../env/server.ts'
import { type Advanced, advance } from './advance.ts'
import { policies } from './api.ts'
import { overLimit } from './limits.ts'
import { diiHashesOf, type KnownReader, knownReader } from './reader.ts'
import { signalsRefusal } from './signals.ts'
import { type Asking, signalsOptOut } from './situation.ts'

export type Chosen =
  | { status: 'done'; advanced: Advanced }
  | { status: 'signed_out' }
  /** The database cannot hold what came with the yes, and nothing was recorded. */
  | { status: 'invalid' }
  /** A yes was not taken; a no was, and `advanced` is what came of it. */
  | { status: 'rate_limited'; seconds: number; advanced?: Advanced }

/**
 * Records a reader's yes or no, then acts on it: a yes establishes the identity at once, a no ends it.
 * The record is durable before anything else happens. One function for the form and for the API.
 */
export async function choose(asking: Asking, choice: Choice): Promise<Chosen> {
  const known = await knownReader(asking.cookies)
  if (!known) return { status: 'signed_out' }
  return choice.advertising === 'granted' ? grant(asking, known, choice) : deny(asking, known, choice)
}

async function grant(asking: Asking, { reader, subject }: KnownReader, choice: Choice): Promise<Chosen> {
  const seconds = await overLimit(reader.sub)
  if (seconds !== null) return { status: 'rate_limited', seconds }
  // The signal in the same request says no, and counts for the account: the yes would not live to be used.
  const contradicted = env().gpcScope === 'account' && signalsOptOut(asking.headers)
  try {
    if (subject && !contradicted) await recordConsent(subject, choice)
  } catch (error) {
    if (error instanceof RejectedWriteError) return { status: 'invalid' }
    return { status: 'done', advanced: { ...storeDown(), cookie: 'keep' } }
  }
  return { status: 'done', advanced: await advance(asking, policies.ensure()) }
}

/** A no counts though it is one too many, and whatever becomes of it nothing stays in this browser. */
async function deny(asking: Asking, known: KnownReader, choice: Choice): Promise<Chosen> {
  const seconds = await overLimit(known.reader.sub)
  const { standing } = known
  // Each is an answer, and on record; but not one more for each request of a flood.
  const superfluous = seconds !== null && standing !== 'store_down' && standing.siteOptOut
  const advanced = await denied(asking, superfluous ? null : known.subject, choice)
  return seconds === null ? { status: 'done', advanced } : { status: 'rate_limited', seconds, advanced }
}

async function denied(asking: Asking, subject: Subject | null, choice: Choice): Promise<Advanced> {
  try {
    if (subject) await recordRevocation({ kind: 'denial', subject, choice })
  } catch {
    return storeDown()
  }
  return { ...(await advance(asking, policies.page())), cookie: 'clear' }
}

const storeDown = (): Advanced => ({
  decision: { status: 'unavailable', reason: 'store', now: Date.now() },
  cookie: 'clear',
  background: undefined,
})

/**
 * Keeps what the browser's consent platform says now beside the choice that stands; null when that is done. As
 * it may be a withdrawal, it is an end: while it cannot be written, nothing is handed out. A withdrawal counts
 * though it is one too many.
 */
export async function noteSignals(
  asking: Asking,
  signals: Signals,
  { tooMany }: { tooMany: boolean },
): Promise<Advanced | null> {
  if (tooMany && signalsRefusal(env().product, signals) === null) return null
  const known = await knownReader(asking.cookies)
  if (!known?.subject) return null
  const { subject, standing } = known
  if (standing !== 'store_down' && JSON.stringify(standing.signals) === JSON.stringify(signals)) return null
  return recordRevocation({ kind: 'signals', subject, signals }).then(
    () => null,
    () => ({ ...storeDown(), cookie: 'keep' as const }),
  )
}

export type Forgetting = 'done' | 'signed_out' | 'rate_limited' | 'store_down'

/** Erases a reader's records, as they asked here. With the store down all is as it was. */
export async function forgetReader({ cookies }: Asking): Promise<Forgetting> {
  const known = await knownReader(cookies)
  if (!known) return 'signed_out'
  const { reader, subject } = known
  if ((await overLimit(reader.sub)) !== null) return 'rate_limited'
  if (!subject) return 'done'
  return withChoices((store) => store.forget(diiHashesOf(subject))).then(
    () => 'done',
    () => 'store_down',
  )
}
