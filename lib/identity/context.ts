import 'server-only'
import { hashEmail, hashPhone, type Identity } from '../uid2'
import type { IdentityCookie } from './cookie'
import type { NoDii } from './public-identity'
import { createSingleFlight } from './single-flight'
import type {
  ConsentState,
  ConsentStore,
  Dii,
  IdentityOptions,
  PolicyContext,
  Reader,
  RequestLike,
  Subject,
} from './types'

/** Who is signed in and what they decided, read from the store at this moment. */
export interface ReaderState {
  /** Null: signed out. */
  reader: Reader | null
  /** Null while the DII cannot be used: `unsupported` says why. */
  subject: Subject | null
  unsupported: NoDii | null
  /** Null also while the store cannot be read. */
  consent: ConsentState | null
}

/** All that a request says of an identity. */
export interface RequestContext extends PolicyContext, ReaderState {
  /** Only one that is bound to this reader, session and consent. Any other counts as none. */
  identity: Identity | null
  /** There is a cookie, and nothing in it that may be used: delete it. */
  invalidCookie: boolean
  /** The cookie was opened by a previous password. */
  needsReseal: boolean
}

export interface Sources {
  session: IdentityOptions['session']
  store: ConsentStore
  cookie: IdentityCookie
}

export async function loadContext(sources: Sources, request: RequestLike): Promise<RequestContext> {
  const value = request.cookies.get(sources.cookie.name)?.value
  const reading = value ? sources.cookie.open(value) : null
  const [state, sealed] = await Promise.all([readReader(sources, request), reading])
  const { reader, consent } = state
  const bound = sealed !== null && sealed.sid === reader?.sid && sealed.sub === reader.sub
  // While the store cannot be read, no token is returned and the cookie stays.
  const current = bound && (consent === null || consent.consentId === sealed.consentId)
  const identity = current ? sealed.identity : null
  const needsReseal = current && sealed.needsReseal
  return { request, ...state, identity, invalidCookie: value !== undefined && !current, needsReseal }
}

const signedOut: ReaderState = { reader: null, subject: null, unsupported: null, consent: null }

/** Each surface calls this itself and does not rely on the proxy. */
export async function readReader({ session, store }: Sources, request: RequestLike): Promise<ReaderState> {
  const reader = await session(request)
  return reader ? readState(store, reader) : signedOut
}

/** The state of a reader as it is now. */
export async function readState(store: ConsentStore, reader: Reader): Promise<ReaderState> {
  const { sub, sid, dii, otherDii = [] } = reader
  const diiHash = await hashDii(dii)
  const otherDiiHashes = (await Promise.all(otherDii.map(hashDii))).flatMap((hash) => hash ?? [])
  const subject = diiHash === null ? null : { sub, sid, diiHash, otherDiiHashes }
  const unusable = typeof dii === 'string' ? dii : dii.kind === 'phone' ? 'bad_phone' : 'no_dii'
  const read = async () =>
    subject ? store.read(subject) : { ...noConsent, ended: await store.isSessionEnded(sid) }
  const consent = await read().catch(() => null)
  return consent?.ended ? signedOut : { reader, subject, unsupported: subject ? null : unusable, consent }
}

/** Of a reader of whom nothing is on record. */
export const noConsent: ConsentState = {
  ended: false,
  optedOut: false,
  siteOptOut: false,
  choice: null,
  consentId: null,
  signals: {},
}

const hashings = createSingleFlight<string | null>(() => 60_000)

/** Null also for DII that the SDK rejects, because its token would match no one. Remembered for a minute. */
async function hashDii(dii: Dii | NoDii): Promise<string | null> {
  if (typeof dii === 'string') return null
  const hash = () => (dii.kind === 'email' ? hashEmail : hashPhone)(dii.value).catch(() => null)
  return hashings.start(`${dii.kind} ${dii.value}`, hash).promise
}
