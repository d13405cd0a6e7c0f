import 'server-only'

import { createKeySource, type KeyCall } from './keys'
import { type Decrypted, type Refusal, readToken, type TokenReading } from './token'

export type { TokenReading } from './token'

export interface Buyer {
  /** The eid source whose tokens this buyer has keys for. */
  readonly source: 'uidapi.com' | 'euid.eu'
  read(token: string | undefined): Promise<TokenReading>
}

export interface BuyerOptions {
  source: Buyer['source']
  clientSecret: string
  call: KeyCall
  now?: () => number
}

/** What newer keys may put right. */
const STALE: ReadonlySet<Refusal> = new Set([
  'KEYS_NOT_SYNCED',
  'NOT_AUTHORIZED_FOR_MASTER_KEY',
  'NOT_AUTHORIZED_FOR_KEY',
  'INVALID_TOKEN_LIFETIME',
])

/** A buyer as a DSP has it: fetches the operator's keys, opens advertising tokens, forgets the raw UID. */
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
