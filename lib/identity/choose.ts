import 'server-only'
import { withChoices } from '../choices/open.ts'
import type { Choice, Signals } from '../choices/store.ts'
import { type Advanced, type Asking, advance } from './advance.ts'
import { policies } from './api.ts'
import { overLimit } from './limits.ts'
import { knownReader } from './reader.ts'

export type Chosen =
  | { status: 'done'; advanced: Advanced }
  | { status: 'signed_out' }
  | { status: 'rate_limited'; seconds: number }

/**
 * Records a reader's yes or no, then acts on it: a yes establishes the identity at once, a no ends it.
 * The record is durable before anything else happens. One function for the form and for the API.
 */
export async function choose(asking: Asking, choice: Choice): Promise<Chosen> {
  const known = await knownReader(asking.cookies)
  if (!known) return { status: 'signed_out' }
  const seconds = await overLimit(known.reader.sub)
  if (seconds !== null) return { status: 'rate_limited', seconds }
  const { subject } = known
  // With the store down nothing is recorded, and `advance` says so.
  if (subject) await withChoices((store) => store.recordChoice(subject, choice)).catch(() => {})
  if (choice.advertising === 'granted')
    return { status: 'done', advanced: await advance(asking, policies.ensure()) }
  // Whether or not it could be recorded, after a no nothing stays in this browser.
  return { status: 'done', advanced: { ...(await advance(asking, policies.page())), cookie: 'clear' } }
}

/** Keeps what the browser's consent platform says now beside the choice that stands. */
export async function noteSignals(asking: Asking, signals: Signals): Promise<void> {
  const known = await knownReader(asking.cookies)
  if (!known?.subject || known.standing === 'store_down') return
  const { subject, standing } = known
  if (JSON.stringify(standing.signals) === JSON.stringify(signals)) return
  await withChoices((store) => store.recordSignals(subject, signals)).catch(() => {})
}
