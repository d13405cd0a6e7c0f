import { AdFrame } from '#app/_ui/ad-frame.tsx'
import type { AdSize } from '#app/_ui/ad-sizes.ts'
import { SellSlot } from './sell-slot.tsx'

interface AdSlotProps {
  /** Unique on the page: it is also the ad unit's code. */
  id: string
  size: AdSize
}

/** The frame is HTML of the server. Script sells it, and puts the creative in. */
export function AdSlot({ id, size }: AdSlotProps) {
  return (
    <SellSlot id={id} size={size}>
      <AdFrame id={id} size={size} />
    </SellSlot>
  )
}
