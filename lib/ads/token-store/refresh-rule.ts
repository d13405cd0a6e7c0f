import type { PublicIdentity } from '../../identity/public-identity'
import type { TokenState } from './token-state'

/** An auction that a due token came for goes first; this is how long it is waited for. */
const AUCTION_GRACE_MS = 5_000

/** When this state's token is due, as a time of the server; never, where only the reader or something else refreshes. */
export function dueTimeOf(state: TokenState): number {
  // The browser's own refresher has all that it needs, and tells us.
  if (state.status === 'available' && state.identity) return Number.POSITIVE_INFINITY
  return state.status === 'available' || state.status === 'withheld'
    ? state.refreshFrom
    : Number.POSITIVE_INFINITY
}

/**
 * The next `POST /api/identity` that this state calls for; null when none. All in ms of the page's clock: `due`, when
 * the state was `seen` first, and the moment before which the pace of retries allows none.
 */
export function nextPost(
  state: TokenState,
  due: number,
  seen: number,
  notBefore: number,
): { at: number; idle: boolean } | null {
  switch (state.status) {
    case 'available':
    case 'withheld':
      return { at: Math.max(due > seen ? due : seen + AUCTION_GRACE_MS, notBefore), idle: true }
    case 'refreshing':
      // The auction is blind until this one answers, so it does not wait for an idle moment.
      return { at: notBefore, idle: false }
    case 'unavailable':
      return { at: notBefore, idle: true }
    default:
      return null
  }
}

/** Whether a refresh is called for right now, the pace of retries aside. */
export function isWanting(state: TokenState, due: number, now: number): boolean {
  return state.status === 'refreshing' || state.status === 'unavailable' || due <= now
}

/** Whether the server, when it answered, had no refresh to make yet. */
export function notYetDue(answer: PublicIdentity): boolean {
  return (answer.status === 'available' || answer.status === 'withheld') && answer.refreshFrom > answer.now
}

/** Whether a consent platform's signals can change this status. Where it says no for another reason, they are not sent. */
export function consentMatters(state: TokenState): boolean {
  return (
    ['available', 'withheld', 'refreshing', 'unavailable'].includes(state.status) ||
    (state.status === 'unsupported' && (state.reason === 'gdpr' || state.reason === 'consent'))
  )
}

/**
 * Under client hand-off the server may know an older token than the browser, which refreshes by itself: an
 * answer from which that one began says nothing new of it.
 */
export function keepNewer(answer: PublicIdentity, known: TokenState): PublicIdentity {
  if (answer.status !== 'available' || known.status !== 'available' || !answer.identity) return answer
  if (answer.identity.advertising_token !== known.identity?.advertising_token) return answer
  const { advertisingToken, identityExpires, refreshFrom } = known
  return { ...answer, advertisingToken, identityExpires, refreshFrom }
}
