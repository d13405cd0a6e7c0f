import { type AdSize, adSizeAt } from '#app/_ui/ad-sizes.ts'
import { nextTask } from '#lib/ads/browser-apis.ts'
import { pageSlots } from '#lib/ads/page-stack.ts'
import { importPrebid } from '#lib/ads/prebid/import-prebid.ts'
import { siteSettings } from '#lib/ads/site-settings.ts'
import type { Slots } from '#lib/ads/slots/slots.ts'
import { type AdSetupName, adSettings, adSetups } from './ad-config.ts'

/** The slots of this page, sold in the ways of this setup. Rejects when the site is out of reach. */
export function slotsOf(name: AdSetupName): Promise<Slots> {
  const setup = { name, ...adSetups[name] }
  return pageSlots(setup, async () => {
    // Prebid is loaded once the page reacts to its reader. It takes longest, and is needed in any case.
    await nextTask()
    if (setup.bidders) importPrebid(siteSettings()).catch(() => {})
    return adSettings()
  })
}

interface PlacedSlot {
  id: string
  size: AdSize
  /** The element with the slot's frame. */
  around(): Element | null
}

/** Sells one slot until it leaves the page. Rejects when the site is out of reach. */
export async function sellSlot(
  setup: AdSetupName,
  { id, size, around }: PlacedSlot,
  leaving: AbortSignal,
): Promise<void> {
  const slots = await slotsOf(setup)
  if (leaving.aborted) return
  const frame = () => around()?.querySelector('[data-ad-slot]')
  const body = () => around()?.querySelector<HTMLElement>('.ad-frame-body') ?? null
  const leave = slots.mount({
    id,
    sizes: [adSizeAt(size, window.innerWidth)],
    place: body,
    shown: ({ token }) => frame()?.setAttribute('data-uid2-bid', token ?? ''),
    emptied() {
      body()?.replaceChildren()
      frame()?.removeAttribute('data-uid2-bid')
    },
  })
  leaving.addEventListener('abort', leave)
}
