import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { labOnly } from '#app/(lab)/_lab-only.ts'
import { OtherSide } from '#app/(lab)/_parts/other-side.tsx'
import { PatternFrame } from '#app/(lab)/_parts/pattern-frame.tsx'
import { PatternStage } from '#app/(lab)/_parts/pattern-stage.tsx'
import { findPattern } from '#app/(lab)/_patterns.ts'
import { env } from '#lib/env/env.ts'
import { readPublicIdentity } from '#lib/site/page-data.ts'

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
  if (!pattern?.setup) notFound()
  const { setup, needs } = pattern
  const { mode, deployed, handoff, origin } = env()
  const runs = needs === null || needs === handoff
  return (
    <AdStack setup={setup} initial={await readPublicIdentity()}>
      <StatusLine />
      <PatternFrame pattern={pattern}>
        {runs ? (
          <PatternStage>
            {mode === 'sandbox' ? <OtherSide /> : null}
            {mode === 'sandbox' && !deployed ? <Sooner origin={origin} /> : null}
          </PatternStage>
        ) : (
          <p className="lab-note">
            This site runs with the {handoff} hand-off. Start it with <code>UID2_HANDOFF={needs}</code> to see
            this way at work.
          </p>
        )}
      </PatternFrame>
    </AdStack>
  )
}

/** A token of the sandbox is due after a quarter of an hour: too long to sit and watch. */
function Sooner({ origin }: { origin: string }) {
  const ask = `curl -d '{"lifetimes":{"refreshFromMs":20000}}' ${origin}/sandbox/operator/faults`
  return (
    <details className="sooner">
      <summary>See a refresh sooner</summary>
      <p>
        Here a token is due for a refresh after 15 minutes. This makes it 20 seconds, for tokens made from
        then on: run it, sign out, and sign in again.
      </p>
      <p>
        <code>{ask}</code>
      </p>
    </details>
  )
}
