import type { UsableToken } from './handoff-state.ts'

/** What the slots need of an ad stack, so that another one than Prebid can take its place. */
export interface Auctioneer {
  /** In effect before the next auction; null also drops what was bought with the token before. */
  applyToken(token: UsableToken | null): Promise<void>
  /** The winners by ad unit code, of this auction only. */
  auction(units: readonly AdUnit[]): Promise<Map<string, Winner>>
  rendered(winner: Winner): void
}

export interface AdUnit {
  code: string
  sizes: ReadonlyArray<readonly [number, number]>
}

export interface Winner {
  adId: string
  markup: string
  width: number
  height: number
  /** What the buyer made of the token, where it says so. */
  token: string | null
}
