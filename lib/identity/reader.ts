import 'server-only'
import { currentReader } from '../auth/current-reader.ts'
import type { Reader } from '../auth/reader.ts'
import { readStandingOf, withChoices } from '../choices/access.ts'
import { isEndPending } from '../choices/pending.ts'
import { noStanding, type Standing } from '../choices/standing.ts'
import type { Subject } from '../choices/store.ts'
import { StoreDownError } from '../database/access.ts'
import type { CookieReader } from '../shared/cookie-reader.ts'
import { hashEmail, hashPhone } from '../uid2/index.ts'
import type { UnsupportedReason } from './public.ts'

/** A reader beside all that they ever decided, read from the store at this moment. */
export interface KnownReader {
  reader: Reader
  /** Null while the DII cannot be used at all: `unsupported` says why. */
  subject: Subject | null
  unsupported: UnsupportedReason | null
  standing: Standing | 'store_down'
}

/**
 * The one reader of who is asking and what they decided. Every surface asks it again for itself, so the
 * proxy is never a lock, and no late response can bring back what was ended. Null: signed out.
 */
export async function knownReader(jar: CookieReader): Promise<KnownReader | null> {
  const reader = await currentReader(jar)
  return reader && look(reader)
}

/** The same reader again, with the standing as it is now. Null: signed out meanwhile. */
export const lookAgain = (known: KnownReader): Promise<KnownReader | null> => look(known.reader)

/** What records of this reader are kept under. */
export const diiHashesOf = ({ diiHash, otherDiiHashes = [] }: Subject): string[] => [
  diiHash,
  ...otherDiiHashes,
]

async function look(reader: Reader): Promise<KnownReader | null> {
  const { diiHash, unsupported } = await hashOf(reader.dii)
  const others = await Promise.all(reader.otherDii.map(hashOf))
  const otherDiiHashes = others.flatMap((other) => other.diiHash ?? [])
  const subject = diiHash === null ? null : { sub: reader.sub, sid: reader.sid, diiHash, otherDiiHashes }
  if (isEndPending(reader.sid)) return null
  try {
    const standing = subject ? await readStandingOf(subject) : await readEnd(reader.sid)
    return standing.ended ? null : { reader, subject, unsupported, standing }
  } catch (error) {
    if (!(error instanceof StoreDownError)) throw error
    return { reader, subject, unsupported, standing: 'store_down' }
  }
}

const readEnd = async (sid: string): Promise<Standing> => ({
  ...noStanding,
  ended: await withChoices((store) => store.isEnded(sid)),
})

async function hashOf(
  dii: Reader['dii'],
): Promise<{ diiHash: string | null; unsupported: UnsupportedReason | null }> {
  if (typeof dii === 'string') return { diiHash: null, unsupported: dii }
  try {
    const hash = dii.kind === 'email' ? await hashEmail(dii.value) : await hashPhone(dii.value)
    return { diiHash: hash, unsupported: null }
  } catch {
    // The SDK refuses what could only become a token that matches nobody.
    return { diiHash: null, unsupported: dii.kind === 'phone' ? 'bad_phone' : 'no_dii' }
  }
}
