import 'server-only'
import { errorCode } from '../observe/error-code.ts'
import { health } from '../observe/health.ts'
import { logEvent } from '../observe/log.ts'
import { singleton } from '../shared/singleton.ts'
import { choices } from './open.ts'
import { patiently } from './patiently.ts'
import type { ChoiceStore } from './store.ts'

/** The store could not be reached. Policy: no generate, no refresh, no token; pages stay up. */
export class StoreDownError extends Error {
  override name = 'StoreDownError'
}

type Work<T> = (store: ChoiceStore) => Promise<T>

const restMs = 500
const lockMs = 500
const overdueLimit = 10_000

/** `overdue`: ends that this process heard of and could not write down yet. */
const state = () =>
  singleton('choices-access', () => ({
    overdue: [] as Work<void>[],
    writing: null as Promise<void> | null,
    restUntil: 0,
  }))

/** Runs one piece of work on the store; every failure of the store is a `StoreDownError`. */
export async function withChoices<T>(work: Work<T>): Promise<T> {
  // A store that is down is not asked by each of a thousand waiting pages in turn.
  if (performance.now() < state().restUntil) throw new StoreDownError('The choices store is down.')
  try {
    const store = await choices()
    await writeOverdue(store)
    const result = await patiently(() => work(store), lockMs)
    if (health().store === 'down') logEvent('info', 'store_up')
    health().store = 'ok'
    return result
  } catch (cause) {
    if (health().store === 'ok') logEvent('error', 'store_down', { code: errorCode(cause) })
    health().store = 'down'
    state().restUntil = performance.now() + restMs
    throw new StoreDownError('The choices store cannot be reached.', { cause })
  }
}

/**
 * Records an end: an opt-out, a no, a sign-out. What cannot be written now stays due, and until it is
 * written this process reads nothing from the store and so hands out no token: an end is never lost to an
 * outage, and nobody hears that it is recorded before it is.
 */
export async function recordEnd(work: Work<void>): Promise<void> {
  const { overdue } = state()
  // More of them than this, and the oldest is no longer this outage's.
  if (overdue.push(work) > overdueLimit) overdue.shift()
  await withChoices(async () => {})
}

async function writeOverdue(store: ChoiceStore): Promise<void> {
  const shared = state()
  while (shared.overdue.length > 0) {
    shared.writing ??= (async () => {
      try {
        for (let work = shared.overdue[0]; work; work = shared.overdue[0]) {
          const next = work
          await patiently(() => next(store), lockMs)
          shared.overdue.shift()
        }
      } finally {
        shared.writing = null
      }
    })()
    await shared.writing
  }
}
