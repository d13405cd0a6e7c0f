import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { StatusBar } from '#app/_ui/status-bar.tsx'
import { findOutboxMessage } from '#lib/auth/proof/outbox.ts'
import { readPendingProof } from '#lib/auth/proof/pending-proof.ts'
import { env } from '#lib/env/env.ts'
import { readPublicIdentity } from '#lib/site/page-data.ts'

export const metadata: Metadata = {
  title: 'Outbox',
  robots: { index: false },
}

/** Sandbox mode: shows messages that would have been sent, only to the browser that caused them. */
export default async function OutboxPage() {
  if (env().mode !== 'sandbox' || env().publicSandbox) notFound()
  const pending = await readPendingProof(await cookies())
  const message = pending && findOutboxMessage(pending.id)
  return (
    <>
      <StatusBar identity={await readPublicIdentity()} product={env().product} />
      <main id="content" className="sheet">
        <h1>Outbox</h1>
        <p>
          In the sandbox every sign-in mail and text message comes here too. This is what this browser asked
          for.
        </p>
        {message ? (
          <article className="letter">
            <p className="letter-head">To: {message.to}</p>
            {message.subject === undefined ? null : <p className="letter-head">Subject: {message.subject}</p>}
            <p className="letter-text">
              <Linked text={message.text} />
            </p>
          </article>
        ) : (
          <p>There is nothing yet, or it has been used.</p>
        )}
        <div className="button-row">
          <Link href={message ? '/sign-in/proof' : '/sign-in'} className="button">
            {message ? 'Back' : 'Sign in'}
          </Link>
        </div>
      </main>
    </>
  )
}

/** Makes URLs of this site clickable, as a mail program does. */
function Linked({ text }: { text: string }) {
  const [before = '', path, ...after] = text.split(/^https?:\/\/[^/\s]+(\/\S+)$/m)
  if (path === undefined) return text
  return (
    <>
      {before}
      <a href={path}>{env().origin + path}</a>
      {after}
    </>
  )
}
