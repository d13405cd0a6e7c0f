import type { AvailableIdentity, ConsentSignals, PublicIdentity } from '../../identity/public-identity'

/*
 * The states of the token store, what its parts give each other, and its decisions as pure functions: no clock, no network,
 * no browser. token-store.ts carries them out.
 *
 * The state is the status of the server's last answer, or `loading` while there is none:
 *
 *   trigger                             next state                    other tabs are told
 *   answer with a token                 available                     changed, if the token before was another one
 *   answer without one                  its status                    changed, if there was a token; else none
 *   answer with an expired token        refreshing                    the same
 *   failed request                      unavailable, from loading or refreshing only
 *   the token expires                   refreshing
 *   clear(status): sign-out, a choice   status; suspended             cleared, then changed once the server answered
 *   disableAds()                        unsupported; no ads
 *   start() after disableAds()          loading, then asks
 *   the server must acknowledge first   loading, then asks            cleared, then changed once it has
 *   another tab says cleared            loading; suspended
 *   another tab says changed or none    the same, then asks
 *   back from the back/forward cache    loading, then asks
 *
 * Beside it the store has a mode: `idle` before start(), `running`, or `no ads` on a page that must not have any. It is
 * suspended, in any mode, while a sign-out or choice is in flight. Answers are ignored while it is suspended, on pages
 * without ads, and while the server has yet to acknowledge a required POST.
 */

/** What the page knows: the server's answer, that there is none yet, or that this page has no ads. */
export type TokenState =
  | PublicIdentity
  | { readonly status: 'loading' }
  | { readonly status: 'unsupported'; readonly reason: 'page'; readonly now: number }

export const LOADING: TokenState = { status: 'loading' }

export type TokenEvent = 'available' | 'refreshed' | 'withheld' | 'expired' | 'cleared'

/** What tabs tell each other. `none`: this reader has no token. */
export type Message = 'cleared' | 'changed' | 'none'

/** The body of a `POST /api/identity`. */
export interface Post {
  recheck?: true
  signals?: ConsentSignals
}

/** How a `POST /api/identity` is sent. */
export interface PostInit {
  method: 'POST'
  headers?: Record<string, string>
  body?: string
}

/** The token as an ad stack takes it. Times stay with the store, which alone decides on expiry. */
export interface UsableToken {
  readonly id: string
  readonly source: AvailableIdentity['source']
}

export type TokenListener = (state: TokenState) => void

/** Statuses that the page knows by itself, because its own act caused them. */
type ClearedStatus = 'signed_out' | 'denied' | 'opted_out' | 'no_choice'

export type RefreshedToken = Pick<AvailableIdentity, 'advertisingToken' | 'identityExpires' | 'refreshFrom'>

export interface TokenStore {
  /** Once per page, also per soft navigation: with the page's inline identity, or without to fetch it. */
  start(initial?: PublicIdentity): void
  /** Instead of `start` on a page without ads: this tab has no token and asks for none until the next `start`. */
  disableAds(): void
  getSnapshot(): TokenState
  subscribe(listener: () => void): () => void
  /** A listener that subscribes late is called at once with what still holds. */
  on(event: TokenEvent, listener: TokenListener): () => void
  /** The only way to a token for use: checks expiry itself, because timers sleep with the device. */
  currentToken(): UsableToken | null
  /** What the page's consent platform said last; null while it has said nothing, or is not there. */
  signals(): ConsentSignals | null
  /** Resolves when nothing that an auction should wait for is under way. */
  settled(): Promise<void>
  afterAuction(): void
  /**
   * Drops the token here and in every other tab, before any server has answered. Call what it returns once the server
   * has answered, whatever the answer: until then the old state is ignored, then every tab asks anew.
   */
  clear(status: ClearedStatus): () => void
  /**
   * Client hand-off: Prebid or the UID2 SDK has refreshed the token, so theirs is newer than the server's answer. Times
   * as the operator gave them, Unix ms.
   */
  renew(fresh: RefreshedToken): void
  /**
   * Client hand-off: Prebid or the UID2 SDK heard of an opt-out. The token goes at once, and in every tab as soon as
   * the server can be told, which then asks the operator itself, and records the answer.
   */
  recheck(): void
  /** `start` or `disableAds` was called. */
  isStarted(): boolean
}

export interface SchedulerEnvironment {
  window: SchedulerWindow
  /** Ms since the page began to load, never backwards. Not the wall clock: a reader's may be wrong by a day. */
  now(): number
}

/** A page's window, as far as it is used. */
export interface SchedulerWindow extends Pick<EventTarget, 'addEventListener'> {
  readonly document: Pick<EventTarget, 'addEventListener'> & { readonly visibilityState: string }
  /** Safari has none. */
  requestIdleCallback?(run: () => void, options: { timeout: number }): unknown
  setTimeout(run: () => void, ms: number): unknown
}

/** What the token store lends to its scheduler. */
export interface LentStore {
  state(): TokenState
  /** While a sign-out or choice is in flight, and on a page without ads. */
  isPaused(): boolean
  toPageTime(serverTime: number): number
  setState(next: TokenState, events: TokenEvent[]): void
  /** A GET without `post`. */
  ask(post?: PostInit): void
  /** Drops the token in every tab and asks anew. While a sign-out or choice is in flight, that will do. */
  restart(): void
  broadcast(message: Message): void
  update(): void
}

/** What the page's consent platform says, and how much of it the server has acknowledged. */
export interface ConsentSync {
  readonly latest: ConsentSignals | null
  /** What the server has not acknowledged. */
  readonly unsent: ConsentSignals | null
  listen(): void
  acknowledge(signals: ConsentSignals): void
  /** The next reader has told the server nothing. */
  forget(): void
}

export type CreateConsentSync = (
  window: SchedulerWindow,
  onSignals: (changed: boolean) => void,
) => ConsentSync

function tokenIn(state: TokenState): string | null {
  return state.status === 'available' ? state.advertisingToken : null
}

/** A failed request never overrides a refusal; only these states become `unavailable`. */
export const isAwaiting = (state: TokenState): boolean => state === LOADING || state.status === 'refreshing'

/**
 * What a change means for listeners. `readerMayDiffer`: after bfcache or another tab's message, the next token may
 * belong to another reader. Then it counts as a loss and a gain, never as a refresh.
 */
export function eventsBetween(before: TokenState, after: TokenState, readerMayDiffer: boolean): TokenEvent[] {
  const had = tokenIn(before)
  const has = tokenIn(after)
  const loss: TokenEvent[] = had ? ['cleared'] : []
  if (has) {
    if (had === has) return []
    return had && !readerMayDiffer ? ['refreshed'] : [...loss, 'available']
  }
  if (isAwaiting(after)) return loss
  if (after.status === before.status) return []
  return after.status === 'withheld' ? [...loss, 'withheld'] : ['cleared']
}

/** Whether another tab's message is a reason to ask the server. `cleared` is not: that tab tells when it is time. */
export const mustRefetch = (message: Message, state: TokenState): boolean =>
  message === 'changed' || (message === 'none' && Boolean(tokenIn(state)))

/** Whether a page's inline identity may have been overtaken: then the server is asked. */
export const isOutdated = (initial: PublicIdentity, serverNow: number, isSuspended: boolean): boolean =>
  // A page rendered while a sign-out or choice is in flight may still have the token.
  initial.now < serverNow || (isSuspended && Boolean(tokenIn(initial)))

/** An auction waits for a GET, and for a POST that may bring a token. */
export const holdsAuction = (state: TokenState, pending: { post: unknown } | null): boolean =>
  state === LOADING ||
  (pending !== null && (!pending.post || (!tokenIn(state) && state.status !== 'unsupported')))
