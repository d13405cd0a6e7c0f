import type { Metadata } from 'next'
import Link from 'next/link'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { Answers } from '#app/(account)/choice/answers.tsx'
import { canAnswer, currentAnswer } from '#app/(account)/choice/current-answer.ts'
import { Outcome } from '#app/(account)/choice/outcome.tsx'
import { consentParagraphs } from '#lib/consent/wording.ts'
import { env } from '#lib/env/env.ts'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { localPath } from '#lib/shared/local-path.ts'
import { readPublicIdentity } from '#lib/site/page-data.ts'

export const metadata: Metadata = {
  title: 'Your choice about ads',
  description: 'One question, asked before anything is done: may we use your address for ads?',
  robots: { index: false },
}

interface Props {
  searchParams: Promise<Partial<Record<'next' | 'wait' | 'failed', string | string[]>>>
}

export default async function ChoicePage({ searchParams }: Props) {
  const [{ next: asked, wait, failed }, identity] = await Promise.all([searchParams, readPublicIdentity()])
  // Without a page to return to, the answer's result is shown here.
  const next = localPath(asked) ?? '/choice'
  return (
    <AdStack initial={identity}>
      <StatusLine />
      <main id="content" className="sheet">
        {failed === undefined ? null : <NotRecorded why="failed" />}
        {wait === undefined ? null : <NotRecorded why="wait" />}
        {identity.status === 'no_choice' ? null : <Outcome />}
        {canAnswer(identity) ? <Question identity={identity} next={next} /> : null}
      </main>
    </AdStack>
  )
}

const notRecorded = {
  wait: 'That was too many answers in a short time: wait a minute, then try again. Your earlier answer still holds.',
  failed: 'We could not record your answer just now, so nothing is used. Please try again in a moment.',
}

function NotRecorded({ why }: { why: keyof typeof notRecorded }) {
  return (
    <p role="alert" className="field-error mb-6">
      {notRecorded[why]}
    </p>
  )
}

function Question({ identity, next }: { identity: PublicIdentity; next: string }) {
  const [question, ...explanation] = consentParagraphs(env().product)
  const first = identity.status === 'no_choice'
  const Heading = first ? 'h1' : 'h2'
  return (
    <section className={first ? undefined : 'question'}>
      <Heading>{question}</Heading>
      {explanation.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      <Answers next={next} current={currentAnswer(identity)} />
      <p className="field-hint">
        Nothing happens before you have said yes. You can change your answer whenever you like, at{' '}
        <Link href="/privacy">Your privacy choices</Link>; the foot of every page leads there.
      </p>
    </section>
  )
}
