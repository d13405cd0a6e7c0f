'use client'

import { use, useEffect, useRef } from 'react'
import { AdFrame } from '#app/_ui/ad-frame.tsx'
import { type AdSize, adSizeAt } from '#app/_ui/ad-sizes.ts'
import { nextTask } from '#lib/ads/browser-apis.ts'
import { siteSettings } from '#lib/ads/site-settings.ts'
import { PageAdSetup } from './ad-stack.tsx'

/** The ad stack. It and its settings are fetched while React takes over the page, which needs neither. */
const loadStack = () => import('./page-slots.ts')
if (typeof window !== 'undefined') {
  loadStack().catch(() => {})
  siteSettings().catch(() => {})
}

interface AdSlotProps {
  /** Unique on the page: it is also the ad unit's code. */
  id: string
  size: AdSize
}

/** The creative is put in by hand: an auction's result is no state of React's, and must outlive renders. */
export function AdSlot({ id, size }: AdSlotProps) {
  const setup = use(PageAdSetup)
  const frame = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLDivElement>(null)

  useEffect(() => {
    let left = false
    let leave: (() => void) | undefined
    async function mount(): Promise<void> {
      // Prebid is loaded once the page reacts to its reader.
      await nextTask()
      const { slotsOf } = await loadStack()
      const slots = await slotsOf(setup)
      if (left) return
      leave = slots.mount({
        id,
        sizes: [adSizeAt(size, window.innerWidth)],
        place: () => body.current,
        shown: ({ token }) => frame.current?.setAttribute('data-uid2-bid', token ?? ''),
        emptied() {
          body.current?.replaceChildren()
          frame.current?.removeAttribute('data-uid2-bid')
        },
      })
    }
    // The site is out of reach: the slot stays quiet.
    mount().catch(() => {})
    return () => {
      left = true
      leave?.()
    }
  }, [id, size, setup])

  return <AdFrame id={id} size={size} frameRef={frame} bodyRef={body} />
}
