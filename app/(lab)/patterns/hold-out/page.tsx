import type { Metadata } from 'next'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { labOnly } from '#app/(lab)/_lab-only.ts'
import { ExposureTable } from '#app/(lab)/_parts/exposure-table.tsx'
import { PatternFrame } from '#app/(lab)/_parts/pattern-frame.tsx'
import { PatternStage } from '#app/(lab)/_parts/pattern-stage.tsx'
import { holdOut } from '#app/(lab)/_patterns.ts'
import { readPublicIdentity } from '#lib/site/page-data.ts'

export const metadata: Metadata = { title: holdOut.title }

export default async function HoldOutPage() {
  await labOnly()
  return (
    <AdStack initial={await readPublicIdentity()}>
      <StatusLine />
      <PatternFrame pattern={holdOut}>
        <PatternStage>
          <ExposureTable />
        </PatternStage>
      </PatternFrame>
    </AdStack>
  )
}
