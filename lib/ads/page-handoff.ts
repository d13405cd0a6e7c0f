import { clearGptCacheWith } from './google/signals-cache'
import { createUid2Handoff } from './handoff/handoff'
import type { Uid2Handoff } from './handoff/handoff-api'
import { liftPrebidOptOut, removeLeftovers, setPrebidOptOut } from './leftovers'
import { oncePerWindow } from './once-per-window'
import { removeSdkLeftovers } from './sdk-storage'

/**
 * The page's hand-off: components, forms and a publisher's own scripts all mean the same one. What others keep of an
 * identity in this browser goes with it, also on pages without ads.
 */
export function pageHandoff(): Uid2Handoff {
  return oncePerWindow('handoff', () => {
    const handoff = createUid2Handoff()
    handoff.on('available', (state) => {
      // Another reader may have signed in where no page of ours was there to see it: at a provider, on another host.
      removeSdkLeftovers(state.status === 'available' ? state.identity : undefined)
      liftPrebidOptOut()
    })
    // The control group has said yes as well, and differs in the token alone.
    handoff.on('withheld', () => {
      removeLeftovers()
      liftPrebidOptOut()
    })
    handoff.on('cleared', ({ status }) => {
      removeLeftovers()
      if (status === 'denied' || status === 'opted_out') setPrebidOptOut()
    })
    clearGptCacheWith(handoff)
    return handoff
  })
}
