import 'server-only'
import { withDatabase } from '../database/access.ts'
import { singleton } from '../shared/singleton.ts'
import { choices } from './open.ts'
import type { ChoiceStore } from './store.ts'

type Work<T> = (store: ChoiceStore) => Promise<T>

const overdueLimit = 10_000

/** `overdue`: ends that this process heard of and could not write down yet. */
const state = () =>
  singleton('choices-access', () => ({
    overdue: [] as Work<void>[],
    writing: null as Promise<void> | null,
  }))

/** Runs one piece of work on the store; every failure of the store is a `StoreDownError`. */
export const withChoices = <T>(work: Work<T>): Promise<T> =>
  withDatabase('choices', async () => {
    const store = await choices()
    await writeOverdue(store)
    return work(store)
  })

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
          await work(store)
          shared.overdue.shift()
        }
      } finally {
        shared.writing = null
      }
    })()
    await shared.writing
  }
}
