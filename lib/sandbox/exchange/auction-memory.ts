import 'server-only'

import { processWide } from '../../shared/process-wide'
import type { AuctionRecord } from './auction-record'

/** The last auctions of each browser, in this process only. */
export interface AuctionMemory {
  keep(browser: string, auction: AuctionRecord): void
  /** Newest first, only of this browser. */
  of(browser: string): AuctionRecord[]
}

const BROWSERS = 200
const AUCTIONS = 20
/** Limit of JSON characters for all browsers together. */
const CHARACTERS = 20_000_000

export function createAuctionMemory(): AuctionMemory {
  // Browsers in the order of their latest auctions. As JSON, because a hostile request takes twenty times the
  // memory as objects.
  const held = new Map<string, string[]>()
  let characters = 0
  function take(browser: string): string[] {
    const auctions = held.get(browser) ?? []
    held.delete(browser)
    characters -= sizeOf(auctions)
    return auctions
  }
  return {
    keep(browser, auction) {
      const auctions = [JSON.stringify(auction), ...take(browser)].slice(0, AUCTIONS)
      held.set(browser, auctions)
      characters += sizeOf(auctions)
      for (const [oldest] of held) {
        if (held.size <= BROWSERS && characters <= CHARACTERS) break
        take(oldest)
      }
    },
    of: (browser) => (held.get(browser) ?? []).map((auction) => JSON.parse(auction) as AuctionRecord),
  }
}

const sizeOf = (auctions: readonly string[]): number =>
  auctions.reduce((characters, auction) => characters + auction.length, 0)

export const auctionMemory = (): AuctionMemory => processWide('sandbox.auctions', createAuctionMemory)
