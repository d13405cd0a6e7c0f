import type { ReactNode } from 'react'
import { AdSlot } from '#app/_ads/ad-slot.tsx'
import { Events } from './events.tsx'
import { NextStepNow } from './next-step-now.tsx'

/** Where a way runs: two slots, what the token store tells the page, and what came of it. */
export function PatternStage({ children }: { children: ReactNode }) {
  return (
    <>
      <NextStepNow />
      <AdSlot id="pattern-top" size="leaderboard" />
      <div className="pattern-columns">
        <div className="pattern-seen">
          <Events />
          {children}
        </div>
        <AdSlot id="pattern-side" size="rectangle" />
      </div>
    </>
  )
}
