import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { AdSlot } from '#app/_ads/ad-slot.tsx'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { Events } from '#app/_ads/events.tsx'
import { OtherSide } from '#app/_ads/other-side.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { labOnly } from '#app/(lab)/_lab-only.ts'
import { PatternFrame } from '#app/(lab)/_pattern-frame.tsx'
import { findPattern } from '#app/(lab)/_patterns.ts'
import { env } from '#lib/env/server.ts'
import { readPublicIdentity } from '#lib/identity/read.ts'

interface Props {
  params: Promise<{ pattern: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const pattern = findPattern((await params).pattern)
  return pattern ? { title: pattern.title } : {}
}

export default async function PatternPage({ params }: Props) {
  await labOnly()
  const pattern = findPattern((await params).pattern)
  if (!pattern?.plan) notFound()
  const { plan, needs } = pattern
  const runs = needs === null || needs === env().handoff
  return (
    <AdStack plan={plan} initial={await readPublicIdentity()}>
      <StatusLine />
      <PatternFrame pattern={pattern}>
        {runs ? (
          <>
            <AdSlot id="pattern-top" size="leaderboard" />
            <div className="pattern-columns">
              <div className="pattern-seen">
                <Events />
                <OtherSide />
              </div>
              <AdSlot id="pattern-side" size="rectangle" />
            </div>
          </>
        ) : (
          <p className="pattern-needs" role="note">
            This deployment has the {env().handoff} hand-off. Start it with <code>UID2_HANDOFF={needs}</code>{' '}
            to see this way at work.
          </p>
        )}
      </PatternFrame>
    </AdStack>
  )
}
