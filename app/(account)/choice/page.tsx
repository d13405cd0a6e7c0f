import type { Metadata } from 'next'
import Link from 'next/link'
import { StatusBar } from '#app/_ui/status-bar.tsx'
import { StatusText } from '#app/_ui/status-text.tsx'
import { Answers } from '#app/(account)/choice/answers.tsx'
import { canAnswer, currentAnswer } from '#app/(account)/choice/current-answer.ts'
import { consentParagraphs } from '#lib/choices/wording.ts'
import type { PublicIdentity } from '#lib/identity/public.ts'
import { readPublicIdentity } from '#lib/identity/read.ts'
import { localPath } from '#lib/shared/local-path.ts'

export const metadata: Metadata = {
  title: 'Your choice about ads',
  description: 'One question, asked before anything is done: may we use your address for ads?',
  robots: { index: false },
}

interface Props {
  searchParams: Promise<{ next?: string | string[] }>
}

export default async function ChoicePage({ searchParams }: Props) {
  const [{ next: asked }, identity] = await Promise.all([searchParams, readPublicIdentity()])
  // Without a page to go back to, the answer comes back here and says what came of it.
  const next = localPath(asked) ?? '/choice'
  return (
    <>
      <StatusBar identity={identity} />
      <main id="content" className="sheet">
        {identity.status === 'no_choice' ? null : <Outcome identity={identity} />}
        {canAnswer(identity) ? <Question identity={identity} next={next} /> : null}
      </main>
    </>
  )
}

const outcomeTitles: Record<Exclude<PublicIdentity['status'], 'no_choice'>, string> = {
  gpc: 'Your browser has already answered',
  signed_out: 'Sign in to choose',
  unsupported: 'There is nothing to decide here',
  opted_out: 'You have opted out at UID2',
  denied: 'Your answer is no',
  withheld: 'Your answer is yes',
  available: 'Your answer is yes',
  refreshing: 'Your answer is yes',
  unavailable: 'Nothing is used right now',
}

function Outcome({ identity }: { identity: PublicIdentity }) {
  if (identity.status === 'no_choice') return null
  return (
    <section className="outcome">
      <h1>{outcomeTitles[identity.status]}</h1>
      <StatusText identity={identity} />
      <div className="button-row">
        {identity.status === 'signed_out' ? (
          <Link href="/sign-in?next=/choice" className="button">
            Sign in
          </Link>
        ) : null}
        <Link href="/" className="button">
          Go on reading
        </Link>
      </div>
    </section>
  )
}

function Question({ identity, next }: { identity: PublicIdentity; next: string }) {
  const [question, ...explanation] = consentParagraphs
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
        <Link href="/privacy">Your ad choices</Link>, which is linked at the foot of every page.
      </p>
    </section>
  )
}
