import 'server-only'
import { recordEnd, withChoices } from '../choices/access.ts'
import type { Choice, Signals } from '../choices/store.ts'
import { type Advanced, type Asking, advance } from './advance.ts'
import { policies } from './api.ts'
import { overLimit } from './limits.ts'
import { type KnownReader, knownReader } from './reader.ts'

export type Chosen =
  | { status: 'done'; advanced: Advanced }
  | { status: 'signed_out' }
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
  try {
    if (subject) await withChoices((store) => store.recordChoice(subject, choice))
  } catch {
    return { status: 'done', advanced: { ...storeDown(), cookie: 'keep' } }
  }
  return { status: 'done', advanced: await advance(asking, policies.ensure()) }
}

/** A no counts though it is one too many, and whatever becomes of it nothing stays in this browser. */
async function deny(asking: Asking, known: KnownReader, choice: Choice): Promise<Chosen> {
  const seconds = await overLimit(known.reader.sub)
  const advanced = await denied(asking, known, choice)
  return seconds === null ? { status: 'done', advanced } : { status: 'rate_limited', seconds, advanced }
}

async function denied(asking: Asking, { subject, standing }: KnownReader, choice: Choice): Promise<Advanced> {
  const repeated = standing !== 'store_down' && standing.choice === 'denied'
  try {
    if (subject && !repeated) await recordEnd((store) => store.recordChoice(subject, choice))
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

/** Keeps what the browser's consent platform says now beside the choice that stands. */
export async function noteSignals(asking: Asking, signals: Signals): Promise<void> {
  const known = await knownReader(asking.cookies)
  if (!known?.subject || known.standing === 'store_down') return
  const { subject, standing } = known
  if (JSON.stringify(standing.signals) === JSON.stringify(signals)) return
  await withChoices((store) => store.recordSignals(subject, signals)).catch(() => {})
}
