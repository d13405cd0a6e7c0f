import 'server-only'
import { createHmac } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { env } from '../env/env'
import { runOutsideRequests } from '../shared/outside-requests'
import { processWide } from '../shared/process-wide'
import { withDatabase } from './access'
import { createCounters } from './counters'
import type { Schema } from './schema'

export interface Limiter {
  /** Counts one. Returns the whole seconds to wait when the limit is exceeded, else null. Never rejects. */
  consume(key: string): Promise<number | null>
}

interface Rule {
  points: number
  seconds: number
}

/**
 * Allows `points` in `seconds` for each key. With PostgreSQL all instances count together. With SQLite, which
 * is for one process, and while the store is down, each process counts for itself. `name` must be unique.
 */
export function createLimiter(name: string, rule: Rule): Limiter {
  const memory = () => processWide(`limiter-${name}`, () => createCounters(rule))
  return {
    async consume(key) {
      // A key is an IP address, an e-mail address or an account: the table must not hold it in clear.
      const hmac = createHmac('sha256', env().nextAuthSecret)
        .update(`limit:${name}:${key}`)
        .digest('base64url')
      const now = Date.now()
      const ms = await runOutsideRequests(() =>
        withDatabase('limits', async ({ db, engine }) =>
          engine === 'sqlite' ? memory().consume(hmac, now) : consumeShared(db, `${name}:${hmac}`, rule, now),
        ),
      ).catch(() => memory().consume(hmac, now))
      return ms === null ? null : Math.max(1, Math.ceil(ms / 1000))
    },
  }
}

/** One statement, so that no count is lost when several instances count at once. */
async function consumeShared(
  db: Kysely<Schema>,
  key: string,
  { points, seconds }: Rule,
  now: number,
): Promise<number | null> {
  const over = sql<boolean>`rate_limits.expire <= ${now}`
  const counter = await db
    .insertInto('rate_limits')
    .values({ key, points: 1, expire: now + seconds * 1000 })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({
        points: sql`case when ${over} then 1 else rate_limits.points + 1 end`,
        expire: sql`case when ${over} then excluded.expire else rate_limits.expire end`,
      }),
    )
    .returning(['points', 'expire'])
    .executeTakeFirstOrThrow()
  await deleteExpired(db, now)
  return counter.points > points ? counter.expire - now : null
}

const deleteEveryMs = 5 * 60 * 1000
/** The clocks of two instances may differ by this much. */
const clockSlackMs = 60 * 60 * 1000

async function deleteExpired(db: Kysely<Schema>, now: number): Promise<void> {
  const last = processWide('limits-deleted', () => ({ at: 0 }))
  if (now - last.at < deleteEveryMs) return
  last.at = now
  await db
    .deleteFrom('rate_limits')
    .where('expire', '<', now - clockSlackMs)
    .execute()
}
