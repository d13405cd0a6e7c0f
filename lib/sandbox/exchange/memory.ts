import 'server-only'

import { singleton } from '#lib/shared/singleton.ts'
import type { AuctionRecord } from './record.ts'

/** The last auctions of each browser, in this process alone. */
export interface AuctionMemory {
  keep(browser: string, auction: AuctionRecord): void
  /** Newest first; of nobody else. */
  of(browser: string): readonly AuctionRecord[]
}

const BROWSERS = 200
const AUCTIONS = 20

export function createAuctionMemory(): AuctionMemory {
  // In the order of their latest auctions.
  const held = new Map<string, AuctionRecord[]>()
  return {
    keep(browser, auction) {
      const auctions = [auction, ...(held.get(browser) ?? [])].slice(0, AUCTIONS)
      held.delete(browser)
      held.set(browser, auctions)
      const [oldest] = held.keys()
      if (held.size > BROWSERS && oldest !== undefined) held.delete(oldest)
    },
    of: (browser) => held.get(browser) ?? [],
  }
}

export const auctionMemory = (): AuctionMemory => singleton('sandbox.auctions', createAuctionMemory)
