import type { Metadata } from 'next'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { ExposureTable } from '#app/_ads/exposure-table.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { labOnly } from '#app/(lab)/_lab-only.ts'
import { PatternFrame } from '#app/(lab)/_pattern-frame.tsx'
import { PatternStage } from '#app/(lab)/_pattern-stage.tsx'
import { holdOutPattern } from '#app/(lab)/_patterns.ts'
import { readPublicIdentity } from '#lib/identity/read.ts'

export const metadata: Metadata = { title: holdOutPattern.title }

export default async function HoldOutPage() {
  await labOnly()
  return (
    <AdStack initial={await readPublicIdentity()}>
      <StatusLine />
      <PatternFrame pattern={holdOutPattern}>
        <PatternStage>
          <ExposureTable />
        </PatternStage>
      </PatternFrame>
    </AdStack>
  )
}
