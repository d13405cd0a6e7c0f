import 'server-only'
import { LRUCache } from 'lru-cache'

interface Counter {
  count: number
  /** Unix ms at which it begins anew. */
  ends: number
}

/**
 * At most so many keys of each limiter, about 4 MB. One key more, and the counter that was not asked for longest
 * goes: who has so many addresses begins anew with each of them anyway, and a counter in use stays.
 */
export const maxKeys = 20_000

/**
 * Counts by key in the memory of this process: so many points, from the first one on for so many seconds. Without
 * timers, which would be one for each key, and each would keep the request that set it.
 */
export function createCounters({ points, seconds }: { points: number; seconds: number }) {
  const counters = new LRUCache<string, Counter>({ max: maxKeys })

  /** More than a request adds, so that those whose time is over do not pile up. */
  function forgetTwo(now: number) {
    for (let i = 0; i < 2; i++) {
      const oldest = counters.rkeys().next().value
      if (oldest === undefined || (counters.peek(oldest)?.ends ?? 0) > now) return
      counters.delete(oldest)
    }
  }

  return {
    /** Counts one: ms to wait when it was one too many, else null. */
    consume(key: string, now: number): number | null {
      const known = counters.get(key)
      const counter = known && known.ends > now ? known : { count: 0, ends: now + seconds * 1000 }
      counter.count += 1
      counters.set(key, counter)
      forgetTwo(now)
      return counter.count > points ? counter.ends - now : null
    },
    size: () => counters.size,
  }
}
