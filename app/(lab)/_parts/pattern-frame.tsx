import type { ReactNode } from 'react'
import type { Pattern } from '#app/(lab)/_patterns.ts'
import { env } from '#lib/env/env.ts'

/** What the page of each way has around what it shows: its words before, where to read on after. */
export function PatternFrame({ pattern, children }: { pattern: Pattern; children: ReactNode }) {
  const { title, line, steps, adManager, files, take } = pattern
  return (
    <main id="content" className="page lab">
      <header className="lab-head">
        <p className="eyebrow">
          <a href="/patterns">Ways to hand over a token</a>
        </p>
        <h1>{title}</h1>
        <p className="standfirst">{line}</p>
      </header>
      {children}
      <section className="pattern-words" aria-labelledby="what-happens">
        <h2 id="what-happens" className="section-title">
          What happens
        </h2>
        <ol className="pattern-steps">
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        {adManager === undefined ? null : (
          <p>
            <strong>In Google Ad Manager.</strong> {adManager}
          </p>
        )}
        <p>
          <strong>Take it home.</strong> In your own Next app:{' '}
          <code>{`npx shadcn add ${env().origin}/r/${take}.json`}</code>
        </p>
        <p className="meta">
          Read on in{' '}
          {files.map((file, index) => (
            <span key={file}>
              {index > 0 ? ', ' : null}
              <code>{file}</code>
            </span>
          ))}
        </p>
      </section>
    </main>
  )
}
