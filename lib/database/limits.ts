import 'server-only'
import { createHmac } from 'node:crypto'
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  type RateLimiterRes,
} from 'rate-limiter-flexible'
import { env } from '../env/server.ts'
import { singleton } from '../shared/singleton.ts'
import { withDatabase } from './access.ts'
import type { Database } from './connection.ts'

export interface Limiter {
  /** Counts one: whole seconds to wait when it was one too many, else null. Never rejects. */
  consume(key: string): Promise<number | null>
}

interface Limiters {
  memory: RateLimiterAbstract
  shared: RateLimiterAbstract | null
}

/**
 * So many points in so many seconds, for each key. With PostgreSQL all instances count together; with SQLite,
 * which is for one process, and while the store is down, each process counts by itself. `name` is one
 * limiter's alone.
 */
export function limiter(name: string, { points, seconds }: { points: number; seconds: number }): Limiter {
  const options = { points, duration: seconds, keyPrefix: name }
  const own = (): Limiters =>
    singleton(`limiter-${name}`, () => ({ memory: new RateLimiterMemory(options), shared: null }))

  const onDatabase = ({ pool }: Database): RateLimiterAbstract => {
    const limiters = own()
    if (pool === null) return limiters.memory
    limiters.shared ??= new RateLimiterPostgres({
      ...options,
      storeClient: pool,
      storeType: 'pool',
      tableName: 'rate_limits',
      tableCreated: true,
    })
    return limiters.shared
  }

  return {
    async consume(key) {
      // A key is an address or a name; the table is to hold neither.
      const hmac = createHmac('sha256', env().nextAuthSecret)
        .update(`limit:${name}:${key}`)
        .digest('base64url')
      // The limiter's own insurance would ask a store that hangs again for every request.
      return withDatabase('limits', (opened) => count(onDatabase(opened), hmac)).catch(() =>
        count(own().memory, hmac),
      )
    },
  }
}

async function count(limiter: RateLimiterAbstract, key: string): Promise<number | null> {
  try {
    await limiter.consume(key)
    return null
  } catch (refused) {
    // Not by `instanceof`: the limiter may be of another instance of this module.
    const { msBeforeNext } = refused as Partial<RateLimiterRes>
    if (msBeforeNext === undefined) throw refused
    return Math.max(1, Math.ceil(msBeforeNext / 1000))
  }
}
