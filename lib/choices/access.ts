import 'server-only'
import { RejectedWriteError, StoreDownError, withDatabase } from '../database/access.ts'
import { logEvent } from '../observe/log.ts'
import { singleton } from '../shared/singleton.ts'
import { choicesOn } from './open.ts'
import {
  addPending,
  isFull,
  isRevocationPending,
  pendingCount,
  pendingRevocations,
  type Revocation,
  removePending,
  writeRevocation,
} from './pending.ts'
import type { Standing } from './standing.ts'
import type { Choice, ChoiceStore, Subject } from './store.ts'

/** Runs one piece of work on the store; its failures are `StoreDownError` and `RejectedWriteError`. */
export function withChoices<T>(work: (store: ChoiceStore) => Promise<T>): Promise<T> {
  if (isFull()) return Promise.reject(new StoreDownError('Too many revocations wait to be written.'))
  return onStore(work)
}

const onStore = <T>(work: (store: ChoiceStore) => Promise<T>): Promise<T> =>
  withDatabase('choices', async (opened) => work(await choicesOn(opened)))

/** A reader's current consent state. Rejects while a revocation of theirs waits: the store does not have it yet. */
export const readStandingOf = (subject: Subject): Promise<Standing> =>
  isRevocationPending(subject)
    ? Promise.reject(new StoreDownError('A revocation of this reader waits to be written.'))
    : withChoices((store) => store.read(subject))

/** Records a consent, after what the reader revoked before it. */
export async function recordConsent(subject: Subject, choice: Choice): Promise<void> {
  if (isRevocationPending(subject)) await retryRevocations()
  if (isRevocationPending(subject))
    throw new StoreDownError('A revocation of this reader waits to be written.')
  await withChoices((store) => store.recordChoice(subject, choice))
}

/**
 * Records what ends something. Resolves when it is committed. Rejects when it is not: then it waits in memory, is
 * tried again by `retryRevocations`, and until it is written this process gives that reader no token. Other
 * readers, and other revocations, do not wait for it.
 */
export async function recordRevocation(revocation: Revocation): Promise<void> {
  try {
    await write(revocation)
  } catch (error) {
    // One that can never be written would only keep its reader without a token for good.
    if (!(error instanceof RejectedWriteError)) addPending(revocation)
    throw error
  }
}

const write = (revocation: Revocation): Promise<void> =>
  onStore((store) => writeRevocation(store, revocation)).catch((error: unknown) => {
    const plain = error instanceof RejectedWriteError ? withoutText(revocation) : null
    if (plain === null) throw error
    return onStore((store) => writeRevocation(store, plain))
  })

/** A denial counts, also where the database cannot hold the words that came with it. */
const withoutText = (revocation: Revocation): Revocation | null =>
  revocation.kind === 'denial'
    ? { ...revocation, choice: { ...revocation.choice, wording: '', signals: undefined } }
    : null

const state = () => singleton('revocations', () => ({ writing: null as Promise<void> | null }))

/** Writes what waits, each by itself; called on a timer and before the process exits. Never rejects. */
export function retryRevocations(): Promise<void> {
  const shared = state()
  shared.writing ??= writeAll().finally(() => {
    shared.writing = null
  })
  return shared.writing
}

async function writeAll(): Promise<void> {
  const before = pendingCount()
  if (before === 0) return
  for (const revocation of pendingRevocations())
    await write(revocation).then(
      () => removePending(revocation),
      (error: unknown) => {
        if (error instanceof RejectedWriteError) removePending(revocation)
      },
    )
  const written = before - pendingCount()
  if (written > 0) logEvent('info', 'revocations_written', { revocations: written })
}
