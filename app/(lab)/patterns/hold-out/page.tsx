import type { Metadata } from 'next'
import { AdSlot } from '#app/_ads/ad-slot.tsx'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { Events } from '#app/_ads/events.tsx'
import { ExposureTable } from '#app/_ads/exposure-table.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { labOnly } from '#app/(lab)/_lab-only.ts'
import { PatternFrame } from '#app/(lab)/_pattern-frame.tsx'
import { holdOutPattern } from '#app/(lab)/_patterns.ts'
import { readPublicIdentity } from '#lib/identity/read.ts'

export const metadata: Metadata = { title: holdOutPattern.title }

export default async function HoldOutPage() {
  await labOnly()
  return (
    <AdStack initial={await readPublicIdentity()}>
      <StatusLine />
      <PatternFrame pattern={holdOutPattern}>
        <AdSlot id="pattern-top" size="leaderboard" />
        <div className="pattern-columns">
          <div className="pattern-seen">
            <Events />
            <ExposureTable />
          </div>
          <AdSlot id="pattern-side" size="rectangle" />
        </div>
      </PatternFrame>
    </AdStack>
  )
}
