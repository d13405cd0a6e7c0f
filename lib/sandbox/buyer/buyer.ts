import 'server-only'

import { createKeySource, type KeyCall } from './keys'
import { type Decrypted, readToken, type TokenReading, type UnreadableReason } from './token'

export type { TokenReading } from './token'

export interface Buyer {
  /** The eid source whose tokens this buyer can decrypt. */
  readonly source: 'uidapi.com' | 'euid.eu'
  read(token: string | undefined): Promise<TokenReading>
}

export interface BuyerOptions {
  source: Buyer['source']
  clientSecret: string
  call: KeyCall
  now?: () => number
}

/** Newer keys may fix these. */
const STALE: ReadonlySet<UnreadableReason> = new Set([
  'KEYS_NOT_SYNCED',
  'NOT_AUTHORIZED_FOR_MASTER_KEY',
  'NOT_AUTHORIZED_FOR_KEY',
  'INVALID_TOKEN_LIFETIME',
])

/**
 * A buyer, as a DSP has one: it fetches the operator's keys, decrypts advertising tokens, and does not keep
 * the raw UID.
 */
export function createBuyer({ source, clientSecret, call, now = Date.now }: BuyerOptions): Buyer {
  const keys = createKeySource(clientSecret, call, now)
  return {
    source,
    async read(token) {
      if (token === undefined || token === '') return { token: 'none' }
      const before = await keys.recent()
      const first = readToken(token, before, now())
      if (first.ok || !before || !STALE.has(first.refusal)) return readingOf(first)
      return readingOf(readToken(token, await keys.renewed(), now()))
    },
  }
}

function readingOf(result: Decrypted): TokenReading {
  return result.ok ? result.reading : { token: 'unreadable' }
}
