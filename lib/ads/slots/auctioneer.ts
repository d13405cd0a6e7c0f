import type { BidToken } from '../prebid/prebid-token'

/** What the slots need of an ad stack: Prebid alone, or Google's tag with or without Prebid. */
export interface Auctioneer {
  /** In effect before the next auction; null also drops what was bought with the token before. */
  applyToken(token: BidToken | null): Promise<void>
  auction(units: readonly AdUnit[]): Promise<Sale>
  /** The slot has gone from the page, or is sold afresh: whatever is kept of it goes. */
  release(code: string): void
}

export interface AdUnit {
  code: string
  sizes: ReadonlyArray<readonly [number, number]>
  /** Where the ad comes to stand; null once the slot has gone. */
  place(): HTMLElement | null
}

export interface Sale {
  /** By ad unit code, of this auction only. */
  winners: Map<string, Winner>
  /** Whether a token was applied at any moment of the auction. */
  withToken: boolean
}

export interface Winner {
  /** What the buyer made of the token, where it says so. */
  token: string | null
  /** US dollars per thousand impressions, where it is known. */
  cpm: number | null
  /** Puts the ad in its place and counts it, unless the ad server already has. */
  show(place: HTMLElement): void
}
