import { createClock } from './clock'
import type { PageEnvironment } from './page-window'
import type { createScheduler } from './refresh-scheduler'

export interface TokenStoreEnvironment extends PageEnvironment {
  /** Calls back with what is loaded only when it is needed, and not at all while it cannot be had. */
  loadScheduler(loaded: (create: typeof createScheduler) => void): void
}

export const browserEnvironment = (): TokenStoreEnvironment => ({
  window,
  now: createClock(performance, Date),
  loadScheduler(loaded) {
    // One that does not come (offline, say) is tried for again with the next answer.
    import('./refresh-scheduler').then(
      ({ createScheduler }) => loaded(createScheduler),
      () => {},
    )
  },
})
