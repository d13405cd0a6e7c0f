import type { CSSProperties, Ref } from 'react'
import { type AdSize, adSizes } from '#app/_ui/ad-sizes.ts'

interface AdFrameProps {
  id: string
  size: AdSize
  frameRef: Ref<HTMLDivElement>
  /** Takes the creative, which is put in by hand: React renders nothing inside. */
  bodyRef: Ref<HTMLDivElement>
}

/** The frame of one slot: labelled, of fixed size with or without an ad in it, absent from print. */
export function AdFrame({ id, size, frameRef, bodyRef }: AdFrameProps) {
  const { wide, narrow } = adSizes[size]
  const reserved = {
    '--ad-wide-width': `${wide[0]}px`,
    '--ad-wide-height': `${wide[1]}px`,
    '--ad-narrow-width': `${narrow[0]}px`,
    '--ad-narrow-height': `${narrow[1]}px`,
  } as CSSProperties
  return (
    <div ref={frameRef} className={`ad-frame ad-frame-${size}`} style={reserved} data-ad-slot={id}>
      <p className="ad-frame-label">Advertisement</p>
      <div ref={bodyRef} className="ad-frame-body" />
    </div>
  )
}
