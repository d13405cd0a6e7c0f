import { cleanUpQueue } from './clean-up-queue'
import { clearGptCacheWith } from './google/signals-cache'
import { liftPrebidOptOut, removeLeftovers, setPrebidOptOut } from './leftovers'
import { oncePerWindow } from './once-per-window'
import { removeSdkLeftovers } from './sdk-storage'
import type { TokenEvent, TokenListener, TokenState } from './token-store/transitions'

/**
 * Removes what others keep of an identity in this browser: now for what has happened on this page, then with each event.
 * The ad stack calls it before any script of others runs.
 */
export function startCleanUp(): void {
  oncePerWindow('cleanUp.started', () => {
    const follow = createCleanUp()
    const queue = cleanUpQueue()
    for (const happened of queue.splice(0)) follow(...happened)
    queue.push = (...all) => {
      for (const happened of all) follow(...happened)
      return 0
    }
    return true
  })
}

function createCleanUp(): (event: TokenEvent, state: TokenState) => void {
  const listeners: Array<[event: TokenEvent, listener: TokenListener]> = []
  const on = (event: TokenEvent, listener: TokenListener): void => {
    listeners.push([event, listener])
  }
  on('available', (state) => {
    // Another reader may have signed in elsewhere (at a provider, on another host), unseen by our pages.
    removeSdkLeftovers(state.status === 'available' ? state.identity : undefined)
    liftPrebidOptOut()
  })
  // The control group has consented too. Only the token is missing.
  on('withheld', () => {
    removeLeftovers()
    liftPrebidOptOut()
  })
  on('cleared', ({ status }) => {
    removeLeftovers()
    if (status === 'denied' || status === 'opted_out') setPrebidOptOut()
  })
  clearGptCacheWith({ on })
  return (happened, state) => {
    for (const [event, listener] of listeners) if (event === happened) listener(state)
  }
}
