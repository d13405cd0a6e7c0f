import type { Metadata } from 'next'
import Link from 'next/link'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { SignOutForm } from '#app/_ads/sign-out-form.tsx'
import { StatusLine, StatusParagraphs } from '#app/_ads/status-line.tsx'
import { signOut } from '#app/(account)/actions.ts'
import { Answers } from '#app/(account)/choice/answers.tsx'
import { canAnswer, currentAnswer } from '#app/(account)/choice/current-answer.ts'
import { StorageTable } from '#app/(account)/privacy/storage-table.tsx'
import { readCurrentReader, readPublicIdentity } from '#lib/identity/read.ts'

export const metadata: Metadata = {
  title: 'Your ad choices',
  description: 'What The Lantern stores about you for advertising, where, until when, and how to say no.',
}

export default async function PrivacyPage() {
  const [reader, identity] = await Promise.all([readCurrentReader(), readPublicIdentity()])
  return (
    <AdStack initial={identity}>
      <StatusLine />
      <main id="content" className="sheet">
        <h1>Your ad choices</h1>
        <section aria-labelledby="now">
          <h2 id="now">How it stands now</h2>
          {reader ? <p>You are signed in as {reader.maskedName}.</p> : null}
          <StatusParagraphs />
          {canAnswer(identity) ? <Answers next="/privacy" current={currentAnswer(identity)} /> : null}
          {reader ? <SignOut /> : <SignInLink />}
        </section>
        <Stored />
        <OtherDoors />
      </main>
    </AdStack>
  )
}

function SignOut() {
  return (
    <div className="button-row">
      <SignOutForm action={signOut}>
        <button type="submit" className="button">
          Sign out
        </button>
      </SignOutForm>
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

function Stored() {
  return (
    <section aria-labelledby="stored">
      <h2 id="stored">What is stored, where, until when</h2>
      <p>
        If you never sign in, none of this exists. If you do, and say yes, our server sends your address or
        number to UID2, hashed and encrypted, and gets a token back. A hash is no disguise: it is the same for
        everybody who hashes the same address. That is why we ask first.
      </p>
      <StorageTable />
    </section>
  )
}

function OtherDoors() {
  return (
    <section aria-labelledby="elsewhere">
      <h2 id="elsewhere">Two more ways to say no</h2>
      <p>
        <strong>Everywhere at once.</strong> A no given here holds here. To opt an address or number out of
        UID2 on every site, use the <a href="https://www.transparentadvertising.com/">opt-out page of UID2</a>
        . We hear of it when the token is made or renewed, drop it, and remember.
      </p>
      <p>
        <strong>In your browser.</strong> If your browser sends Global Privacy Control, we treat each request
        that carries it as a no, and say so in the line at the top of the page.
      </p>
    </section>
  )
}
