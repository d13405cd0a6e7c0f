import type { AvailableIdentity, PublicIdentity } from '../../identity/public-identity'
import type { Signals } from './consent-platform'
import type { TokenListener } from './events'
import type { TokenEvent, TokenState, UsableToken } from './token-state'

/** Statuses that the page can know by itself, because its own act caused them. */
type ClearedStatus = 'signed_out' | 'denied' | 'opted_out' | 'no_choice'

export type RefreshedToken = Pick<AvailableIdentity, 'advertisingToken' | 'identityExpires' | 'refreshFrom'>

export interface TokenStore {
  /** Once per page, also per soft navigation: with the page's inline identity, or without to fetch it. */
  start(initial?: PublicIdentity): void
  /** In place of `start` on a page without ads: this tab has no token and asks for none until the next `start`. */
  disableAds(): void
  getSnapshot(): TokenState
  subscribe(listener: () => void): () => void
  on(event: TokenEvent, listener: TokenListener): () => void
  /** The only way to a token for use: checks expiry itself, because timers sleep with the device. */
  currentToken(): UsableToken | null
  /** What the page's consent platform said last; null while it has said nothing, or is not there. */
  signals(): Signals | null
  /** Resolves when nothing that an auction should wait for is under way. */
  settled(): Promise<void>
  afterAuction(): void
  /**
   * Drops the token here and in every other tab, before any server has answered. Call what it returns
   * once the server has, whatever it said: until then the old state is not believed, then all ask anew.
   */
  clear(status: ClearedStatus): () => void
  /**
   * Client hand-off: what refreshes in the browser (Prebid, the UID2 SDK) has a newer token than the server's
   * answer. Times as the operator gave them, Unix ms.
   */
  renew(fresh: RefreshedToken): void
  /**
   * Client hand-off: what refreshes in the browser heard of an opt-out. The token goes at once, here and in every
   * tab; the server then asks the operator itself, and records what it hears.
   */
  recheck(): void
  readonly started: boolean
  stop(): void
}
