import type { Metadata } from 'next'
import Link from 'next/link'
import { AccountForm } from '#app/_ads/account-form.tsx'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { StatusParagraphs } from '#app/_ads/status-now.tsx'
import { Answers } from '#app/(account)/choice/answers.tsx'
import { canAnswer, currentAnswer } from '#app/(account)/choice/current-answer.ts'
import { RecordsTable } from '#app/(account)/privacy/records.tsx'
import { StorageTable } from '#app/(account)/privacy/storage-table.tsx'
import { env } from '#lib/env/env.ts'
import { products } from '#lib/shared/products.ts'
import { maskedName } from '#lib/site/masked-name.ts'
import { readCurrentReader, readPublicIdentity, readRecords } from '#lib/site/page-data.ts'

export const metadata: Metadata = {
  title: 'Your privacy choices',
  description: 'What The Lantern stores about you for advertising, where, until when, and how to say no.',
}

interface Props {
  searchParams: Promise<{ deleted?: string | string[] }>
}

export default async function PrivacyPage({ searchParams }: Props) {
  const [{ deleted }, reader, identity] = await Promise.all([
    searchParams,
    readCurrentReader(),
    readPublicIdentity(),
  ])
  return (
    <AdStack initial={identity}>
      <StatusLine />
      <main id="content" className="sheet">
        <h1>Your privacy choices</h1>
        <section aria-labelledby="now">
          <h2 id="now">Your current choice</h2>
          {reader ? <p>You are signed in as {maskedName(reader)}.</p> : null}
          <StatusParagraphs />
          {canAnswer(identity) ? <Answers next="/privacy" current={currentAnswer(identity)} /> : null}
          {reader ? <SignOut /> : <SignInLink />}
        </section>
        {reader ? <OnRecord outcome={deleted} /> : null}
        <Stored />
        <OtherDoors />
      </main>
    </AdStack>
  )
}

function SignOut() {
  return (
    <div id="sign-out" className="button-row">
      <AccountForm name="sign-out">
        <button type="submit" className="button">
          Sign out
        </button>
      </AccountForm>
    </div>
  )
}

function SignInLink() {
  return (
    <div className="button-row">
      <Link href="/sign-in?next=/privacy" className="button">
        Sign in
      </Link>
    </div>
  )
}

const outcomes: Record<string, string> = {
  done: 'Your records are deleted. What you see below is all that is left.',
  rate_limited: 'That was too much in a short time, so nothing was deleted: wait a minute, then try again.',
  store_down: 'We could not reach our records, so nothing was deleted. Please try again in a moment.',
}

async function OnRecord({ outcome }: { outcome: string | string[] | undefined }) {
  const records = await readRecords()
  const said = typeof outcome === 'string' ? outcomes[outcome] : undefined
  const erasable = records !== null && records.history.length + records.signals.length > 0
  return (
    <section aria-labelledby="on-record">
      {/* Gets the focus after a deletion. */}
      <h2 id="on-record" tabIndex={-1}>
        What is on record about you
      </h2>
      {said === undefined ? null : <p role="status">{said}</p>}
      {records === null ? (
        <p>We keep no answers of yours, or cannot look them up at the moment.</p>
      ) : (
        <RecordsTable records={records} />
      )}
      {erasable ? <DeleteRecords optedOut={records.optOuts.length > 0} /> : null}
    </section>
  )
}

function DeleteRecords({ optedOut }: { optedOut: boolean }) {
  return (
    <AccountForm name="delete-records" outcome="on-record">
      <p>
        You can have all of your answers deleted, and what a banner passed on. If you had said yes, that ends
        too: we would ask you again before we make an ID from your address.{' '}
        {optedOut
          ? 'An opt-out stays: a keyed code of your address, its kind and its date. They are all that is left of it, and what keeps it. '
          : null}
        If you said no before, a keyed code of your address and the number of that answer stay, so that no
        earlier yes counts again.
      </p>
      <div className="button-row">
        <button type="submit" className="button">
          Delete my records
        </button>
      </div>
    </AccountForm>
  )
}

function Stored() {
  const { name } = products[env().product]
  return (
    <section aria-labelledby="stored">
      <h2 id="stored">What is stored, where, until when</h2>
      <p>
        If you never sign in, none of this exists. If you do, and say yes, our server sends your address or
        number to {name}, hashed and encrypted, and gets a token back. A hash is no disguise: it is the same
        for everybody who hashes the same address. That is why we ask first.
      </p>
      <StorageTable product={name} handoff={env().handoff} />
    </section>
  )
}

function OtherDoors() {
  const { name, optOutPortal } = products[env().product]
  return (
    <section aria-labelledby="elsewhere">
      <h2 id="elsewhere">Two more ways to say no</h2>
      <p>
        <strong>Everywhere at once.</strong> A no given here holds here. To opt an address or number out of{' '}
        {name} on every site, use the <a href={optOutPortal}>opt-out page of {name}</a>. We hear of it when
        the token is made or renewed, drop it, and remember.
      </p>
      <p>
        <strong>In your browser.</strong> {gpcWords[env().gpcScope]}
      </p>
    </section>
  )
}

const gpcWords = {
  account:
    'If your browser sends Global Privacy Control while you are signed in, we record it as your no, which then counts in all of your browsers until you say yes again. Signed out, we honour it request by request. Either way the line at the top of the page says so.',
  browser:
    'If your browser sends Global Privacy Control, we treat each request that carries it as a no, and say so in the line at the top of the page.',
  off: 'This site does not act on Global Privacy Control: use the buttons above.',
} as const
