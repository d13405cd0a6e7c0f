import 'server-only'
import { LRUCache } from 'lru-cache'

interface Counter {
  count: number
  /** Unix ms at which the counter starts again at 0. */
  ends: number
}

/**
 * Keys of each limiter, about 4 MB. When there are more, the least recently used counter is dropped. A caller
 * with so many addresses gets fresh counters anyway.
 */
export const maxKeys = 20_000

/**
 * Counts `points` by key for `seconds` after the first one, in the memory of this process. There are no
 * timers: each would keep the request that set it in memory.
 */
export function createCounters({ points, seconds }: { points: number; seconds: number }) {
  const counters = new LRUCache<string, Counter>({ max: maxKeys })

  /** Deletes more expired counters than one request adds, so they do not pile up. */
  function deleteTwoExpired(now: number) {
    for (let i = 0; i < 2; i++) {
      const oldest = counters.rkeys().next().value
      if (oldest === undefined || (counters.peek(oldest)?.ends ?? 0) > now) return
      counters.delete(oldest)
    }
  }

  return {
    /** Counts one. Returns the ms to wait when the limit is exceeded, else null. */
    consume(key: string, now: number): number | null {
      const known = counters.get(key)
      const counter = known && known.ends > now ? known : { count: 0, ends: now + seconds * 1000 }
      counter.count += 1
      counters.set(key, counter)
      deleteTwoExpired(now)
      return counter.count > points ? counter.ends - now : null
    },
    size: () => counters.size,
  }
}
