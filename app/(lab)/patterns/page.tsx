import type { Metadata } from 'next'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { labOnly } from '#app/(lab)/_lab-only.ts'
import { holdOutPattern, patterns } from '#app/(lab)/_patterns.ts'
import { env } from '#lib/env/server.ts'
import { readPublicIdentity } from '#lib/identity/read.ts'

export const metadata: Metadata = { title: 'Ways to hand over a token' }

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
            Each page below runs one of them, with real ad requests. All follow one hand-off, which alone
            knows the token and when it ends.
          </p>
        </header>
        <ul className="pattern-list">
          {[...patterns, holdOutPattern].map(({ slug, title, line, needs }) => (
            <li key={slug} className="pattern">
              {/* A full load: what one way leaves in a window must not meet the next. */}
              <h2 className="pattern-title">
                <a href={`/patterns/${slug}`}>{title}</a>
              </h2>
              <p>{line}</p>
              {needs !== null && needs !== handoff ? (
                <p className="meta">
                  Needs <code>UID2_HANDOFF={needs}</code>
                </p>
              ) : null}
            </li>
          ))}
        </ul>
      </main>
    </AdStack>
  )
}
