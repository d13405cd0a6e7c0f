import type { AvailableIdentity, ClientIdentity, PublicIdentity } from '#lib/identity/public.ts'

/** What the page knows: the server's answer, or that there is none yet. */
export type HandoffState = PublicIdentity | { readonly status: 'loading' }

export const LOADING: HandoffState = { status: 'loading' }

export type HandoffEvent = 'available' | 'refreshed' | 'withheld' | 'expired' | 'cleared'

/** The token as a channel takes it. Times stay with the hand-off, which alone decides on expiry. */
export interface UsableToken {
  readonly id: string
  readonly source: AvailableIdentity['source']
  /** Client hand-off: what the browser refreshes with. */
  readonly identity?: ClientIdentity
}

/** The moments of one answer on the page's own clock. */
export interface Times {
  readonly expires: number
  readonly due: number
  /** When to refresh without having heard of an auction: one that is already due gives it a moment. */
  readonly unprompted: number
}

const AUCTION_GRACE_MS = 5_000
/** Even POSTs that answer well are no closer: a server may hand out tokens that are due at once. */
export const POST_PACE_MS = 1_000
const FIRST_RETRY_MS = 30_000
const LAST_RETRY_MS = 15 * 60_000

export function tokenIn(state: HandoffState): string | null {
  return state.status === 'available' ? state.advertisingToken : null
}

/** `at`: a moment no later than the server's `now`. `seen`: when we learned of it. */
export function timesOf(state: HandoffState, at: number, seen: number): Times {
  const has = state.status === 'available' || state.status === 'withheld'
  // Differences first: `at` has fractions that a sum with a Unix time would round.
  const due = has ? at + (state.refreshFrom - state.now) : Number.POSITIVE_INFINITY
  return {
    expires:
      state.status === 'available' ? at + (state.identityExpires - state.now) : Number.POSITIVE_INFINITY,
    due,
    unprompted: due > seen ? due : seen + AUCTION_GRACE_MS,
  }
}

/** The next `POST /api/identity` that this state calls for; null when only the reader can change it. */
export function nextPost(
  state: HandoffState,
  times: Times,
  notBefore: number,
): { at: number; idle: boolean } | null {
  switch (state.status) {
    case 'available':
    case 'withheld':
      return { at: Math.max(times.unprompted, notBefore), idle: true }
    case 'refreshing':
      // The auction is blind until this one answers, so it does not wait for an idle moment.
      return { at: notBefore, idle: false }
    case 'unavailable':
      return { at: notBefore, idle: true }
    default:
      return null
  }
}

/** Whether the server, when it answered, had no refresh to make yet. */
export function notYetDue(answer: PublicIdentity): boolean {
  return (answer.status === 'available' || answer.status === 'withheld') && answer.refreshFrom > answer.now
}

/** Whether a refresh is called for right now, the pace of retries aside. */
export function wanting(state: HandoffState, times: Times, now: number): boolean {
  return state.status === 'refreshing' || state.status === 'unavailable' || times.due <= now
}

/** Whether a consent platform's signals can change this status. Where it says no for another reason, they are not sent. */
export function consentMatters(state: HandoffState): boolean {
  return (
    ['available', 'withheld', 'refreshing', 'unavailable'].includes(state.status) ||
    (state.status === 'unsupported' && (state.reason === 'gdpr' || state.reason === 'consent'))
  )
}

/** No answer ends no "no": only a state that hoped for a token gives up. */
export function hopeful(state: HandoffState): boolean {
  return state.status === 'loading' || state.status === 'refreshing'
}

/** A POST that left things as they were is repeated after 30 s, then ever more rarely. */
export function retryDelay(failures: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1), LAST_RETRY_MS)
}

/**
 * `doubtful`: the page came back from the back/forward cache, or another tab spoke of a change. Another
 * token may then be another reader's, so it counts as a loss and a gain, never as a refresh.
 */
export function eventsBetween(before: HandoffState, after: HandoffState, doubtful: boolean): HandoffEvent[] {
  const had = tokenIn(before)
  switch (after.status) {
    case 'loading':
      return []
    case 'available':
      if (had === after.advertisingToken) return []
      if (had === null) return ['available']
      return doubtful ? ['cleared', 'available'] : ['refreshed']
    case 'withheld':
      return before.status === 'withheld' ? [] : ['withheld']
    case 'refreshing':
      return had === null ? [] : ['cleared']
    default:
      return before.status === after.status ? [] : ['cleared']
  }
}

/** A payload that was prefetched before the last answer, or before a clear, must not undo it. */
export function trustInline(
  identity: PublicIdentity,
  known: { now: number } | null,
): 'use' | 'same' | 'stale' {
  if (known === null || identity.now > known.now) return 'use'
  return identity.now === known.now ? 'same' : 'stale'
}

/** Null for anything that is not an identity: a proxy's error page, a truncated body, an old server. */
export function parseIdentity(body: unknown): PublicIdentity | null {
  if (typeof body !== 'object' || body === null) return null
  const b = body as Record<string, unknown>
  const numbers = (...names: string[]) => names.every((name) => Number.isFinite(b[name]))
  if (typeof b.status !== 'string' || !numbers('now')) return null
  if (b.status === 'withheld' && !numbers('refreshFrom')) return null
  if (b.status === 'available') {
    if (typeof b.advertisingToken !== 'string' || b.advertisingToken === '') return null
    if (!numbers('identityExpires', 'refreshFrom')) return null
  }
  return body as PublicIdentity
}
