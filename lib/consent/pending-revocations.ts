import 'server-only'
import type { ConsentSignals, Product } from '../identity/public-identity'
import type { Choice, Subject } from '../identity/types'
import { processWide } from '../shared/process-wide'
import { type ConsentRecords, diiHashesOf } from './store'

/**
 * An opt-out, a denial, a withdrawal by signals, or the end of a session. Plain data, so that a pending one
 * keeps no request in memory.
 */
export type Revocation =
  | { kind: 'opt_out'; diiHash: string; product: Product }
  | { kind: 'denial'; subject: Omit<Subject, 'sid'>; choice: Choice }
  | { kind: 'signals'; subject: Omit<Subject, 'sid'>; signals: ConsentSignals }
  /** `until`: when the session would expire, Unix ms. */
  | { kind: 'session'; sid: string; until: number }

interface Pending {
  entries: Map<string, Revocation>
  /** The length of all entries as JSON. */
  size: number
}

const maxEntries = 10_000
const maxCharacters = 16_000_000

const pending = (): Pending => processWide('pending-revocations', () => ({ entries: new Map(), size: 0 }))

/** One entry for each session and DII, however often it is revoked: a flood displaces no other entry. */
function keyOf(revocation: Revocation): string {
  if (revocation.kind === 'session') return `session ${revocation.sid}`
  if (revocation.kind === 'opt_out') return `opt_out ${revocation.diiHash}`
  const { sub, diiHash } = revocation.subject
  return revocation.kind === 'denial' ? `denial ${diiHash}` : `signals ${diiHash} ${sub}`
}

const sizeOf = (revocation: Revocation): number => JSON.stringify(revocation).length

export const pendingRevocations = (): Revocation[] => [...pending().entries.values()]

export const pendingCount = (): number => pending().entries.size

/**
 * When full, nothing is read from the store, so no operator call starts that could report another opt-out.
 */
export const isFull = (): boolean => pending().entries.size >= maxEntries || pending().size >= maxCharacters

/**
 * Adds a revocation, or replaces one with the same key. When full, only the operator's opt-outs are added,
 * because they cannot be asked for again.
 */
export function addPending(revocation: Revocation): void {
  const { entries } = pending()
  const key = keyOf(revocation)
  if (isFull() && !entries.has(key) && revocation.kind !== 'opt_out') return
  const before = entries.get(key)
  pending().size += sizeOf(revocation) - (before ? sizeOf(before) : 0)
  // Written in the order in which they came.
  entries.delete(key)
  entries.set(key, revocation)
}

/** Call it when the revocation is written, or can never be. A newer one with the same key stays. */
export function removePending(revocation: Revocation): void {
  const { entries } = pending()
  if (entries.get(keyOf(revocation)) !== revocation) return
  entries.delete(keyOf(revocation))
  pending().size -= sizeOf(revocation)
}

/** Whether the end of this session is pending, and the session has therefore ended. */
export const isEndPending = (sid: string): boolean => pending().entries.has(`session ${sid}`)

/** Whether a revocation of this reader is pending, and the store's answer is therefore outdated. */
export function isRevocationPending(subject: Omit<Subject, 'sid'> & { sid?: string }): boolean {
  const { entries } = pending()
  const { sub, sid, diiHash } = subject
  if (entries.size === 0) return false
  return (
    (sid !== undefined && isEndPending(sid)) ||
    entries.has(`signals ${diiHash} ${sub}`) ||
    diiHashesOf(subject).some((hash) => entries.has(`opt_out ${hash}`) || entries.has(`denial ${hash}`))
  )
}

export function writeRevocation(store: ConsentRecords, revocation: Revocation): Promise<void> {
  switch (revocation.kind) {
    case 'opt_out':
      return store.recordOptOut(revocation.diiHash, revocation.product)
    case 'denial':
      return store.recordChoice(revocation.subject, revocation.choice)
    case 'signals':
      return store.recordSignals(revocation.subject, revocation.signals)
    case 'session':
      return store.endSession(revocation.sid, revocation.until)
  }
}
