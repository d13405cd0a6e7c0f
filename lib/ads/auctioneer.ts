import type { UsableToken } from './handoff-state.ts'

/** What the slots need of an ad stack, so that another one than Prebid can take its place. */
export interface Auctioneer {
  /** In effect before the next auction; null also drops what was bought with the token before. */
  applyToken(token: UsableToken | null): Promise<void>
  auction(units: readonly AdUnit[]): Promise<Sale>
  rendered(winner: Winner): void
}

export interface AdUnit {
  code: string
  sizes: ReadonlyArray<readonly [number, number]>
}

interface Sale {
  /** By ad unit code, of this auction only. */
  winners: Map<string, Winner>
  /** Whether a token was applied at any moment of the auction. */
  withToken: boolean
}

export interface Winner {
  adId: string
  markup: string
  width: number
  height: number
  /** What the buyer made of the token, where it says so. */
  token: string | null
}
