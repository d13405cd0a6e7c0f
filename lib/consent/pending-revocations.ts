import 'server-only'
import type { ConsentSignals } from '../identity/public-identity'
import type { Choice, Product, Subject } from '../identity/types'
import { perProcess } from '../shared/per-process'
import type { ConsentRecords } from './store'

/** What ends something. Plain data, so that one that waits to be written keeps no request alive. */
export type Revocation =
  | { kind: 'opt_out'; diiHash: string; product: Product }
  | { kind: 'denial'; subject: Omit<Subject, 'sid'>; choice: Choice }
  | { kind: 'signals'; subject: Omit<Subject, 'sid'>; signals: ConsentSignals }
  /** `until`: Unix ms at which the session would have ended by itself. */
  | { kind: 'session'; sid: string; until: number }

interface Pending {
  entries: Map<string, Revocation>
  /** Of all entries as JSON, in characters. */
  size: number
}

const mostEntries = 10_000
const mostCharacters = 16_000_000

const pending = (): Pending => perProcess('pending-revocations', () => ({ entries: new Map(), size: 0 }))

/** One entry for each session and each DII, however often it is revoked: a flood pushes nothing out. */
function keyOf(revocation: Revocation): string {
  if (revocation.kind === 'session') return `session ${revocation.sid}`
  if (revocation.kind === 'opt_out') return `opt_out ${revocation.diiHash}`
  const { sub, diiHash } = revocation.subject
  return revocation.kind === 'denial' ? `denial ${diiHash}` : `signals ${diiHash} ${sub}`
}

const sizeOf = (revocation: Revocation): number => JSON.stringify(revocation).length

export const pendingRevocations = (): Revocation[] => [...pending().entries.values()]

export const pendingCount = (): number => pending().entries.size

/** Then nothing is read from the store, and no call begins: no more opt-outs can come. */
export const isFull = (): boolean => pending().entries.size >= mostEntries || pending().size >= mostCharacters

/**
 * Adds one, or puts it in the place of an earlier one of the same key. When it is full only what the operator said is
 * added, because it cannot be asked for again.
 */
export function addPending(revocation: Revocation): void {
  const { entries } = pending()
  const key = keyOf(revocation)
  if (isFull() && !entries.has(key) && revocation.kind !== 'opt_out') return
  const before = entries.get(key)
  pending().size += sizeOf(revocation) - (before ? sizeOf(before) : 0)
  entries.set(key, revocation)
}

/** Once it is written, or can never be. A newer one of the same key stays. */
export function removePending(revocation: Revocation): void {
  const { entries } = pending()
  if (entries.get(keyOf(revocation)) !== revocation) return
  entries.delete(keyOf(revocation))
  pending().size -= sizeOf(revocation)
}

/** Whether the end of this session waits to be written: then it has ended. */
export const isEndPending = (sid: string): boolean => pending().entries.has(`session ${sid}`)

/** Whether a revocation that concerns this reader waits to be written: the store does not know it yet. */
export function isRevocationPending({
  sub,
  sid,
  diiHash,
  otherDiiHashes = [],
}: Omit<Subject, 'sid'> & { sid?: string }): boolean {
  const { entries } = pending()
  if (entries.size === 0) return false
  return (
    (sid !== undefined && isEndPending(sid)) ||
    entries.has(`signals ${diiHash} ${sub}`) ||
    [diiHash, ...otherDiiHashes].some(
      (hash) => entries.has(`opt_out ${hash}`) || entries.has(`denial ${hash}`),
    )
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
