'use client'

import Link from 'next/link'
import { StatusParagraphs } from '#app/_ads/status-now.tsx'
import { useUid2 } from '#app/_ads/use-uid2.ts'
import type { ShownIdentity } from '#app/_ui/status-words.ts'

const titles: Record<ShownIdentity['status'], string> = {
  loading: 'One moment',
  gpc: 'Your browser has already answered',
  signed_out: 'Sign in to choose',
  unsupported: 'There is nothing to decide here',
  opted_out: 'You have opted out',
  denied: 'Your answer is no',
  no_choice: 'You have not answered yet',
  withheld: 'Your answer is yes',
  available: 'Your answer is yes',
  refreshing: 'Your answer is yes',
  unavailable: 'Nothing is used right now',
}

const consentFirst = 'Your consent settings come first'

/** The result of the answer. It follows the identity, which may still be loading after a consent. */
export function Outcome() {
  const identity = useUid2()
  const { status } = identity
  return (
    <section className="outcome">
      {/* Gets the focus after an answer. */}
      <h1 id="outcome" tabIndex={-1}>
        {status === 'unsupported' && identity.reason === 'consent' ? consentFirst : titles[status]}
      </h1>
      <StatusParagraphs />
      <div className="button-row">
        {status === 'signed_out' ? (
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
