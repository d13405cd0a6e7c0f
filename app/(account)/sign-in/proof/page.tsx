import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import Link from 'next/link'
import { StatusBar } from '#app/_ui/status-bar.tsx'
import { FinishForm } from '#app/(account)/sign-in/proof/finish-form.tsx'
import { type PendingProof, readPendingProof } from '#lib/auth/proof/pending-proof.ts'
import { env } from '#lib/env/env.ts'
import { maskDii, maskedName } from '#lib/site/masked-name.ts'
import { readCurrentReader, readPublicIdentity } from '#lib/site/page-data.ts'

export const metadata: Metadata = {
  title: 'Finish signing in',
  robots: { index: false },
}

interface Props {
  searchParams: Promise<{ secret?: string | string[] }>
}

/**
 * The target of a mailed link, and the page for typing a code. It has no ad stack: ad requests contain the
 * page's URL, which contains the secret.
 */
export default async function ProofPage({ searchParams }: Props) {
  const [{ secret }, pending, reader, identity] = await Promise.all([
    searchParams,
    cookies().then(readPendingProof),
    readCurrentReader(),
    readPublicIdentity(),
  ])
  const brought = typeof secret === 'string' ? secret : null
  return (
    <>
      <StatusBar identity={identity} product={env().product} />
      <main id="content" className="sheet">
        {pending ? <Waiting pending={pending} secret={brought} /> : null}
        {!pending && reader ? <SignedIn name={maskedName(reader)} /> : null}
        {!pending && !reader ? <NotHere brought={brought !== null} /> : null}
      </main>
    </>
  )
}

function Waiting({ pending: { dii, next }, secret }: { pending: PendingProof; secret: string | null }) {
  const name = maskDii(dii)
  if (dii.kind === 'phone')
    return (
      <>
        <h1>Type the code</h1>
        <p>We sent six digits to {name}. They work once, in this browser, within 15 minutes.</p>
        <FinishForm secret={null}>Sign in</FinishForm>
        <Otherwise next={next} />
      </>
    )
  if (secret === null)
    return (
      <>
        <h1>Look into your mail</h1>
        <p>We sent a link to {name}. Open it in this browser, within 15 minutes. It works once.</p>
        <Otherwise next={next} />
      </>
    )
  return (
    <>
      <h1>One more click</h1>
      <p>Your link is here. It signs you in as {name}.</p>
      <FinishForm secret={secret}>Sign in as {name}</FinishForm>
      <p className="field-hint">
        It does not work? <StartAgain next={next} />.
      </p>
    </>
  )
}

function Otherwise({ next }: { next: string }) {
  return (
    <p className="field-hint">
      {env().mode === 'sandbox' ? (
        <>
          In this sandbox it is in <Link href="/sign-in/outbox">the outbox</Link>.{' '}
        </>
      ) : null}
      Nothing came, or it does not work? <StartAgain next={next} />.
    </p>
  )
}

const StartAgain = ({ next }: { next: string }) => (
  <Link href={`/sign-in?next=${encodeURIComponent(next)}`}>Start again</Link>
)

function SignedIn({ name }: { name: string }) {
  return (
    <>
      <h1>You are signed in</h1>
      <p>You are here as {name}. The link or code has done its work.</p>
      <div className="button-row">
        <a href="/choice" className="button">
          Continue
        </a>
      </div>
    </>
  )
}

function NotHere({ brought }: { brought: boolean }) {
  return (
    <>
      <h1>{brought ? 'Open this link where you asked for it' : 'Nothing to finish here'}</h1>
      <p>
        {brought
          ? 'A sign-in link works once, within 15 minutes, and only in the browser in which it was asked for, so that nobody else can use it. If that was another browser, copy it there. If it was this one, the link is used or too old: ask for a new one.'
          : 'This browser has not asked for a link or a code, or that was more than 15 minutes ago.'}
      </p>
      <div className="button-row">
        <Link href="/sign-in" className="button">
          Sign in
        </Link>
      </div>
    </>
  )
}
