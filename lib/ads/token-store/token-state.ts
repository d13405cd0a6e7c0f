import type {
  AvailableIdentity,
  ClientIdentity,
  ConsentSignals,
  PublicIdentity,
} from '../../identity/public-identity'

/** What the page knows: the server's answer, or that there is none yet. */
export type TokenState = PublicIdentity | { readonly status: 'loading' }

export const LOADING: TokenState = { status: 'loading' }

export type TokenEvent = 'available' | 'refreshed' | 'withheld' | 'expired' | 'cleared'

/** The token as a channel takes it. Times stay with the token store, which alone decides on expiry. */
export interface UsableToken {
  readonly id: string
  readonly source: AvailableIdentity['source']
  /** Client hand-off: what the browser refreshes with. */
  readonly identity?: ClientIdentity
  /** EUID: what the server knows of the reader's consent. */
  readonly consent?: ConsentSignals
}

export function tokenIn(state: TokenState): string | null {
  return state.status === 'available' ? state.advertisingToken : null
}

/**
 * `doubtful`: the page came back from the back/forward cache, or another tab spoke of a change. Another
 * token may then be another reader's, so it counts as a loss and a gain, never as a refresh.
 */
export function eventsBetween(before: TokenState, after: TokenState, doubtful: boolean): TokenEvent[] {
  const had = tokenIn(before)
  const has = tokenIn(after)
  const loss: TokenEvent[] = had ? ['cleared'] : []
  if (has) {
    if (had === has) return []
    return had && !doubtful ? ['refreshed'] : [...loss, 'available']
  }
  if (after === LOADING || after.status === 'refreshing') return loss
  if (after.status === before.status) return []
  return after.status === 'withheld' ? [...loss, 'withheld'] : ['cleared']
}
