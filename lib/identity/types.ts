import type { Uid2Client, Uid2ErrorCode, Uid2ErrorReason } from '../uid2'
import type {
  Bucket,
  ConsentSignals,
  NoDii,
  Product,
  PublicIdentity,
  UnsupportedReason,
} from './public-identity'

export interface IdentityOptions {
  client: Pick<Uid2Client, 'generateToken' | 'refreshToken'>
  /** `uid2` by default. */
  product?: Product
  /** `passwords`: at least 32 characters each; the current one, then previous ones that still open. */
  cookie: { name: string; secure: boolean; passwords: readonly [string, ...string[]] }
  /** The signed-in reader, from the request's cookies. Null: signed out. */
  session(request: RequestLike): Promise<Reader | null>
  consent: ConsentStore
  policies?: readonly Policy[]
  /** Who refreshes a due token: the server (default), or the browser, which then gets the whole identity. */
  refreshedBy?: 'server' | 'client'
  /** The group in a hold-out, by the hash of the DII. */
  bucketOf?(diiHash: string): Bucket
  /** The longest that an operator call may take, ms (1500). */
  timeoutMs?: number
  /** The longest that a page or a GET waits for a refresh while its token is still valid, ms (0). */
  pageWaitMs?: number
  onEvent?(event: IdentityEvent): void
  /** Unix ms. */
  now?(): number
}

/** A `NextRequest` fits, and so do a page's `cookies()` and `headers()`. */
export interface RequestLike {
  cookies: { get(name: string): { value: string } | undefined }
  headers: { get(name: string): string | null }
}

export interface Reader {
  /** The account: stable. */
  sub: string
  /** The session: random, new at each sign-in. */
  sid: string
  /** What the sign-in proved. */
  dii: Dii | NoDii
  /** Also proved. Never used instead, but an opt-out of it counts. */
  otherDii?: readonly Dii[]
  /** Unix ms. */
  sessionEnds: number
}

/** Directly identifying information. A phone number is in E.164. */
export interface Dii {
  kind: 'email' | 'phone'
  value: string
}

/**
 * The durable record of what readers decided. A promise that resolves was committed. One that rejects was not, and its
 * reader gets no token; the code `rejected_write` says that the store cannot hold this choice.
 */
export interface ConsentStore {
  read(subject: Subject): Promise<ConsentState>
  /** Of a session without usable DII nothing else is known. */
  isSessionEnded(sid: string): Promise<boolean>
  /** Runs `act` while nothing can be recorded that would change the state; again, when a lock was in the way. */
  withSharedLock<T>(subject: Subject, act: (state: ConsentState) => Promise<T>): Promise<T>
  recordChoice(subject: Omit<Subject, 'sid'>, choice: Choice): Promise<void>
  recordOptOut(diiHash: string, product: Product): Promise<void>
}

/** Whom a record is about. The hashes are those that the operator would get. */
export interface Subject {
  sub: string
  sid: string
  diiHash: string
  otherDiiHashes?: readonly string[]
}

export interface ConsentState {
  /** The session was signed out of. */
  ended: boolean
  /** The operator said `optout`: it is never asked to generate for this DII again. */
  optedOut: boolean
  /** An opt-out from this site is in force. A later consent ends it. */
  siteOptOut: boolean
  choice: 'granted' | 'denied' | null
  /** The consent in force. An identity made under another one is void. */
  consentId: number | null
  signals: ConsentSignals
}

/** An answer to the question for consent, as it goes on record. */
export interface Choice {
  advertising: 'granted' | 'denied'
  /** Version and text of the question as it was shown. */
  version: string
  wording: string
  source: 'page' | 'api' | 'gpc'
  signals?: ConsentSignals | undefined
}

/** A reason of the site's own why a reader gets no token. */
export interface Policy {
  name: string
  /** The status that it is checked before: `opted_out` by default. */
  before?: 'signed_out' | 'unavailable' | 'opted_out'
  /** Pure. Null: no objection. */
  check(context: PolicyContext): Refusal | null
  /** The consent signals that go along: the TCF string with the DII to the operator, all with the token to exchanges. */
  passesOn?(context: PolicyContext): ConsentSignals | undefined
}

/** Null: signed out; and the consent also while the store cannot be read. */
export interface PolicyContext {
  request: RequestLike
  reader: Reader | null
  consent: ConsentState | null
}

export type Refusal = (
  | { status: 'gpc' | 'denied' }
  | { status: 'unsupported'; reason: UnsupportedReason }
) & {
  /** The cookie stays: the next request may be without this reason. */
  keepCookie?: boolean
  /** The request itself is a denial by the reader: recorded where writing is allowed. */
  denial?: Choice
}

/** What happened. Reasons are from closed sets: no DII, token, hash or key. `ms`: how long it took. */
export type IdentityEvent =
  | { type: 'resolved'; surface: Surface; status: PublicIdentity['status']; reason?: string; ms: number }
  | { type: 'generated' | 'refreshed'; ms: number }
  | (FailedCall & { type: 'generate_failed' | 'refresh_failed'; ms: number })
  | { type: 'opted_out' | 'consent_refused' | 'token_dead'; ms: number }
  | { type: 'generate_not_begun'; reason: 'opted_out' | 'not_allowed' | 'store' }
  | { type: 'recorded' | 'not_recorded'; what: 'opt_out' | Choice['advertising'] }
  | { type: 'cookie_rejected'; reason: string }
  | { type: 'cookie_too_large'; size: number }

export type Surface = 'page' | 'proxy' | 'get' | 'post'

export interface FailedCall {
  /** `unexpected`: a fault in this code or its input, not of the operator. */
  reason: Uid2ErrorCode | Uid2ErrorReason | 'unexpected'
  httpStatus?: number | undefined
  clockSkewMs?: number | undefined
}
