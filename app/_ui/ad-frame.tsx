import type { CSSProperties, ReactNode } from 'react'
import { type AdSize, adSizes } from '#app/_ui/ad-sizes.ts'

interface AdFrameProps {
  id: string
  size: AdSize
  /** The bid's `token` value, once the slot is filled. */
  bid?: string | undefined
  children?: ReactNode
}

/** The frame of one slot: labelled, of fixed size with or without an ad in it, absent from print. */
export function AdFrame({ id, size, bid, children }: AdFrameProps) {
  const { wide, narrow } = adSizes[size]
  const reserved = {
    '--ad-wide-width': `${wide[0]}px`,
    '--ad-wide-height': `${wide[1]}px`,
    '--ad-narrow-width': `${narrow[0]}px`,
    '--ad-narrow-height': `${narrow[1]}px`,
  } as CSSProperties
  return (
    <div className={`ad-frame ad-frame-${size}`} style={reserved}>
      <p className="ad-frame-label">Advertisement</p>
      <div
        className="ad-frame-body"
        data-ad-slot={id}
        {...(bid === undefined ? {} : { 'data-uid2-bid': bid })}
      >
        {children}
      </div>
    </div>
  )
}
