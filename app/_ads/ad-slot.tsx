'use client'

import { use, useEffect, useRef } from 'react'
import { AdFrame } from '#app/_ui/ad-frame.tsx'
import { adSizes } from '#app/_ui/ad-sizes.ts'
import { pageSlots } from '#lib/ads/page-slots.ts'
import { renderCreative } from '#lib/ads/render.ts'
import { AdStackContext } from './ad-stack.tsx'

interface AdSlotProps {
  /** Unique on the page: it is also the ad unit's code. */
  id: string
  size: keyof typeof adSizes
}

/** The creative is put in by hand: an auction's result is no state of React's, and must outlive renders. */
export function AdSlot({ id, size }: AdSlotProps) {
  const { prebidServer } = use(AdStackContext)
  const outer = useRef<HTMLDivElement>(null)
  const inner = useRef<HTMLDivElement>(null)
  const auctioned = prebidServer !== null

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new object with the same server is no new slot.
  useEffect(() => {
    if (prebidServer === null) return
    const { wide, narrow, breakpoint } = adSizes[size]
    const fits = window.matchMedia(`(min-width: ${breakpoint}px)`).matches
    return pageSlots(prebidServer).mount({
      id,
      sizes: [fits ? wide : narrow],
      show(winner) {
        if (inner.current) renderCreative(inner.current, winner)
        outer.current?.setAttribute('data-uid2-bid', winner.token ?? '')
      },
      empty() {
        inner.current?.replaceChildren()
        outer.current?.removeAttribute('data-uid2-bid')
      },
    })
  }, [id, size, auctioned])

  return (
    <div ref={outer} data-ad-slot={id}>
      <AdFrame size={size} id={id} innerRef={inner} />
    </div>
  )
}
