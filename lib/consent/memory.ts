import 'server-only'
import type { ConsentSignals, Product } from '../identity/public-identity'
import type { Choice, ConsentState, Subject } from '../identity/types'
import { type ConsentRecords, diiHashesOf } from './store'

interface Event {
  id: number
  sub: string
  diiHash: string
  product: Product
  choice: Choice
}

/**
 * A consent store for trying things and for tests. An opt-out lasts until the process ends, and only in this
 * process: with a real operator use the SQL store. Beyond `limit` records a consent is rejected. Opt-outs,
 * denials and sign-outs are always recorded. Next loads a module several times: share one store between the
 * copies with `processWide`.
 */
export function createMemoryStore({
  product = 'uid2' as Product,
  limit = 100_000,
  now = Date.now,
} = {}): ConsentRecords {
  let events: Event[] = []
  let lastId = 0
  const optOuts = new Set<string>()
  const siteOptOuts = new Set<string>()
  const erasedDenials = new Map<string, number>()
  const signalsOf = new Map<string, ConsentSignals>()
  const endedSessions = new Map<string, number>()

  let writing: Promise<unknown> = Promise.resolve()
  const acts = new Set<Promise<unknown>>()

  /** Writes wait for actions that have begun, and actions wait for pending writes. */
  function write(change: () => void): Promise<void> {
    const written = writing.then(() => Promise.allSettled(acts)).then(change)
    writing = written.catch(() => {})
    return written
  }

  const signalsKey = ({ sub, diiHash }: Omit<Subject, 'sid'>) => `${sub}\n${diiHash}`

  function stateOf(subject: Subject): ConsentState {
    const hashes = diiHashesOf(subject)
    const own = events.filter(({ sub, diiHash }) => sub === subject.sub && diiHash === subject.diiHash)
    const denials = events.filter((event) => isDenial(event) && hashes.includes(event.diiHash))
    const erased = hashes.map((hash) => erasedDenials.get(hash) ?? 0)
    const lastDenial = Math.max(0, ...denials.map(({ id }) => id), ...erased)
    const siteOptOut = hashes.some((hash) => siteOptOuts.has(hash))
    const denied = siteOptOut || own.at(-1)?.choice.advertising === 'denied'
    const consent = own.find(
      (event) => !isDenial(event) && event.product === product && event.id > lastDenial,
    )
    const consentId = denied ? null : (consent?.id ?? null)
    return {
      ended: endedSessions.has(subject.sid),
      optedOut: hashes.some((hash) => optOuts.has(hash)),
      siteOptOut,
      choice: denied ? 'denied' : consentId === null ? null : 'granted',
      consentId,
      signals: signalsOf.get(signalsKey(subject)) ?? {},
    }
  }

  return {
    read: async (subject) => stateOf(subject),
    isSessionEnded: async (sid) => endedSessions.has(sid),

    async withSharedLock(subject, act) {
      await writing
      const acting = act(stateOf(subject))
      acts.add(acting)
      return acting.finally(() => acts.delete(acting))
    },

    recordChoice: (subject, choice) =>
      write(() => {
        const granted = choice.advertising === 'granted'
        if (granted && events.length >= limit) throw new Error('The memory store is full.')
        if (choice.signals) signalsOf.set(signalsKey(subject), choice.signals)
        const { sub, diiHash } = subject
        const newest = events.findLast((event) => event.sub === sub && event.diiHash === diiHash)
        const inForce = granted
          ? stateOf({ ...subject, sid: '' }).choice === 'granted'
          : siteOptOuts.has(diiHash)
        // Repeating a choice changes nothing, so a flood of it adds no records.
        if (
          !inForce ||
          newest?.product !== product ||
          JSON.stringify(newest.choice) !== JSON.stringify(choice)
        ) {
          lastId += 1
          events.push({ id: lastId, sub, diiHash, product, choice })
        }
        if (granted) for (const hash of diiHashesOf(subject)) siteOptOuts.delete(hash)
        else siteOptOuts.add(diiHash)
      }),

    recordSignals: (subject, signals) => write(() => void signalsOf.set(signalsKey(subject), signals)),
    recordOptOut: (diiHash) => write(() => void optOuts.add(diiHash)),

    endSession: (sid, until) =>
      write(() => {
        for (const [other, end] of endedSessions) if (end < now()) endedSessions.delete(other)
        endedSessions.set(sid, until)
      }),

    async forget(diiHashes) {
      const isTheirs = ({ diiHash }: { diiHash: string }) => diiHashes.includes(diiHash)
      const forgotten = { history: 0, signals: 0 }
      await write(() => {
        const erased = events.filter(isTheirs)
        for (const { id, diiHash } of erased.filter(isDenial)) erasedDenials.set(diiHash, id)
        events = events.filter((event) => !isTheirs(event))
        const keys = [...signalsOf.keys()].filter((key) => isTheirs({ diiHash: key.split('\n')[1] ?? '' }))
        for (const key of keys) signalsOf.delete(key)
        forgotten.history = erased.length
        forgotten.signals = keys.length
      })
      return forgotten
    },
  }
}

const isDenial = ({ choice }: Event): boolean => choice.advertising === 'denied'
