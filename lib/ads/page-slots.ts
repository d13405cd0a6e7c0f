import { channels } from './channels.ts'
import { clearGptCacheWith } from './gpt-cache.ts'
import { oncePerWindow } from './once-per-window.ts'
import { pageHandoff } from './page-handoff.ts'
import { createPrebidAuctioneer } from './prebid.ts'
import { loadPrebid, setPrebidOptOut } from './prebid-loader.ts'
import { createSlots, type Slots } from './slots.ts'

/** The page's slots, connected to its hand-off and to Prebid. */
export function pageSlots(): Slots {
  return oncePerWindow('slots', () => {
    const handoff = pageHandoff()
    handoff.on('available', () => setPrebidOptOut(false))
    handoff.on('cleared', ({ status }) => {
      if (status === 'denied' || status === 'opted_out') setPrebidOptOut(true)
    })
    clearGptCacheWith(handoff)
    return createSlots({
      handoff,
      auctioneer: createPrebidAuctioneer(loadPrebid),
      identityTimeoutMs: channels.identityTimeoutMs,
      nextFrame: (run) => requestAnimationFrame(run),
      setTimeout: (run, ms) => window.setTimeout(run, ms),
    })
  })
}
