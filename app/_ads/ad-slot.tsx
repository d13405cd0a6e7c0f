'use client'

import { useEffect, useRef } from 'react'
import { AdFrame } from '#app/_ui/ad-frame.tsx'
import { type AdSize, adSizeAt } from '#app/_ui/ad-sizes.ts'
import { pageSlots } from '#lib/ads/page-slots.ts'
import { renderCreative } from '#lib/ads/render.ts'

interface AdSlotProps {
  /** Unique on the page: it is also the ad unit's code. */
  id: string
  size: AdSize
}

/** The creative is put in by hand: an auction's result is no state of React's, and must outlive renders. */
export function AdSlot({ id, size }: AdSlotProps) {
  const frame = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLDivElement>(null)

  useEffect(
    () =>
      pageSlots().mount({
        id,
        sizes: [adSizeAt(size, window.innerWidth)],
        show(winner) {
          if (body.current) renderCreative(body.current, winner)
          frame.current?.setAttribute('data-uid2-bid', winner.token ?? '')
        },
        empty() {
          body.current?.replaceChildren()
          frame.current?.removeAttribute('data-uid2-bid')
        },
      }),
    [id, size],
  )

  return <AdFrame id={id} size={size} frameRef={frame} bodyRef={body} />
}
