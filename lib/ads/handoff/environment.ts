import { createClock } from './clock'
import type { PageEnvironment } from './handoff-window'
import type { createKeeper } from './keeper'

export interface HandoffEnvironment extends PageEnvironment {
  /** Calls back with what is loaded only when it is needed, and not at all while it cannot be had. */
  loadKeeper(loaded: (create: typeof createKeeper) => void): void
}

export const browserEnvironment = (): HandoffEnvironment => ({
  window,
  now: createClock(performance, Date),
  loadKeeper(loaded) {
    // One that does not come (offline, say) is tried for again with the next answer.
    import('./keeper').then(
      ({ createKeeper }) => loaded(createKeeper),
      () => {},
    )
  },
})
