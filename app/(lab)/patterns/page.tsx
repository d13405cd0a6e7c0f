import type { Metadata } from 'next'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { labOnly } from '#app/(lab)/_lab-only.ts'
import { NextStepNow } from '#app/(lab)/_parts/next-step-now.tsx'
import { type Pattern, patterns } from '#app/(lab)/_patterns.ts'
import { env } from '#lib/env/env.ts'
import { readPublicIdentity } from '#lib/site/page-data.ts'

export const metadata: Metadata = { title: 'Ways to hand over a token' }

const groups = [...new Set(patterns.map(({ group }) => group))]

export default async function PatternsPage() {
  await labOnly()
  const { handoff } = env()
  return (
    <AdStack initial={await readPublicIdentity()}>
      <StatusLine />
      <main id="content" className="page lab">
        <header className="lab-head">
          <p className="eyebrow">Laboratory</p>
          <h1>Ways to hand over a token</h1>
          <p className="standfirst">
            Each page below runs one of them, with real ad requests, and shows what the buyer made of the
            token. All follow one token store, which alone knows the token and when it ends.
          </p>
        </header>
        <NextStepNow />
        {groups.map((group) => (
          <section key={group} className="pattern-group">
            <h2 className="pattern-group-title">{group}</h2>
            <ul>
              {patterns
                .filter((pattern) => pattern.group === group)
                .map((pattern) => (
                  <Listed
                    key={pattern.slug}
                    pattern={pattern}
                    runs={[null, handoff].includes(pattern.needs)}
                  />
                ))}
            </ul>
          </section>
        ))}
      </main>
    </AdStack>
  )
}

function Listed({ pattern: { slug, title, line, needs }, runs }: { pattern: Pattern; runs: boolean }) {
  return (
    <li className="pattern">
      {/* A full load: what one way leaves in a window must not meet the next. */}
      <h3 className="pattern-title">
        <a href={`/patterns/${slug}`}>{title}</a>
      </h3>
      <div>
        <p>{line}</p>
        {runs ? null : (
          <p className="meta">
            Needs <code>UID2_HANDOFF={needs}</code>
          </p>
        )}
      </div>
    </li>
  )
}
