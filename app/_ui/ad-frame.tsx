import type { CSSProperties, ReactNode } from 'react'
import { type AdSize, adSizes } from '#app/_ui/ad-sizes.ts'

interface AdFrameProps {
  id: string
  size: AdSize
  /** What the buyer could read of the token, when the server sold the slot. */
  bid?: string
  /** The creative, where the server renders it. */
  children?: ReactNode
}

/** The frame of one slot: labelled, of fixed size with or without an ad, hidden in print. */
export function AdFrame({ id, size, bid, children }: AdFrameProps) {
  const { wide, narrow } = adSizes[size]
  const reserved = {
    '--ad-wide-width': `${wide[0]}px`,
    '--ad-wide-height': `${wide[1]}px`,
    '--ad-narrow-width': `${narrow[0]}px`,
    '--ad-narrow-height': `${narrow[1]}px`,
  } as CSSProperties
  return (
    <div className={`ad-frame ad-frame-${size}`} style={reserved} data-ad-slot={id} data-uid2-bid={bid}>
      <p className="ad-frame-label">Advertisement</p>
      <div className="ad-frame-body">{children}</div>
    </div>
  )
}
