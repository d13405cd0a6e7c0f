import 'server-only'
import { createHmac } from 'node:crypto'
import type { Pool } from 'pg'
import { RateLimiterPostgres, type RateLimiterRes } from 'rate-limiter-flexible'
import { env } from '../env/server.ts'
import { outsideRequests } from '../shared/outside-requests.ts'
import { singleton } from '../shared/singleton.ts'
import { withDatabase } from './access.ts'
import type { Database } from './connection.ts'
import { createCounters } from './counters.ts'

export interface Limiter {
  /** Counts one: whole seconds to wait when it was one too many, else null. Never rejects. */
  consume(key: string): Promise<number | null>
}

/**
 * So many points in so many seconds, for each key. With PostgreSQL all instances count together; with SQLite,
 * which is for one process, and while the store is down, each process counts by itself. `name` is one
 * limiter's alone.
 */
export function limiter(name: string, rule: { points: number; seconds: number }): Limiter {
  const memory = () => singleton(`limiter-${name}`, () => createCounters(rule))

  async function count({ pool }: Database, key: string): Promise<number | null> {
    if (pool === null) return memory().consume(key, Date.now())
    const shared = singleton(`limiter-shared-${name}`, () => onPostgres(name, rule, pool))
    // After an outage there is another pool. One limiter, because each has a timer of its own.
    Object.assign(shared, { client: pool })
    return consumeOf(shared, key)
  }

  return {
    async consume(key) {
      // A key is an address or a name; the table is to hold neither.
      const hmac = createHmac('sha256', env().nextAuthSecret)
        .update(`limit:${name}:${key}`)
        .digest('base64url')
      // The limiter's own insurance would ask a store that hangs again for every request.
      const ms = await outsideRequests(() => withDatabase('limits', (opened) => count(opened, hmac))).catch(
        () => memory().consume(hmac, Date.now()),
      )
      return ms === null ? null : Math.max(1, Math.ceil(ms / 1000))
    },
  }
}

const onPostgres = (name: string, { points, seconds }: { points: number; seconds: number }, pool: Pool) =>
  new RateLimiterPostgres({
    points,
    duration: seconds,
    keyPrefix: name,
    storeClient: pool,
    storeType: 'pool',
    tableName: 'rate_limits',
    tableCreated: true,
  })

/** Counts one: ms to wait when it was one too many, else null. */
async function consumeOf(limiter: RateLimiterPostgres, key: string): Promise<number | null> {
  try {
    await limiter.consume(key)
    return null
  } catch (refused) {
    // Not by `instanceof`: the limiter may be of another instance of this module.
    const { msBeforeNext } = refused as Partial<RateLimiterRes>
    if (msBeforeNext === undefined) throw refused
    return msBeforeNext
  }
}
