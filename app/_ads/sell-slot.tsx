'use client'

import { type ReactNode, use, useEffect, useRef } from 'react'
import type { AdSize } from '#app/_ui/ad-sizes.ts'
import { siteSettings } from '#lib/ads/site-settings.ts'
import { PageAdSetup } from './ad-stack.tsx'

/** The ad stack. It and its settings are fetched while React takes over the page, which needs neither. */
const loadStack = () => import('./page-slots.ts')
if (typeof window !== 'undefined') Promise.all([loadStack(), siteSettings()]).catch(() => {})

interface SellSlotProps {
  id: string
  size: AdSize
  /** The slot's frame, into which the creative is put by hand: it must outlive renders. */
  children: ReactNode
}

/** Sells one slot for as long as it is on the page. */
export function SellSlot({ id, size, children }: SellSlotProps) {
  const setup = use(PageAdSetup)
  const around = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const leaving = new AbortController()
    loadStack()
      .then(({ sellSlot }) => sellSlot(setup, { id, size, around: () => around.current }, leaving.signal))
      // The site is out of reach: the slot stays quiet.
      .catch(() => {})
    return () => leaving.abort()
  }, [id, size, setup])

  return (
    <div ref={around} className="contents">
      {children}
    </div>
  )
}
