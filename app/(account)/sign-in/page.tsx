import type { Metadata } from 'next'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { SignOutForm } from '#app/_ads/sign-out-form.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { signOut } from '#app/(account)/actions.ts'
import { SignInForm } from '#app/(account)/sign-in/sign-in-form.tsx'
import { env } from '#lib/env/server.ts'
import { readCurrentReader, readPublicIdentity } from '#lib/identity/read.ts'
import { localPath } from '#lib/shared/local-path.ts'

export const metadata: Metadata = {
  title: 'Sign in',
  description: 'Sign in to The Lantern, and see how an advertising ID is made only after a yes.',
  robots: { index: false },
}

interface Props {
  searchParams: Promise<{ next?: string | string[] }>
}

export default async function SignInPage({ searchParams }: Props) {
  const [{ next: asked }, reader, identity] = await Promise.all([
    searchParams,
    readCurrentReader(),
    readPublicIdentity(),
  ])
  const next = localPath(asked) ?? '/choice'
  const { demoSignIn } = env()
  return (
    <AdStack initial={identity}>
      <StatusLine />
      <main id="content" className="sheet">
        <h1>{reader ? 'You are signed in' : 'Sign in'}</h1>
        {reader ? <SignedIn name={reader.maskedName} next={next} /> : null}
        {!reader && demoSignIn ? <DemoSignIn next={next} /> : null}
        {!reader && !demoSignIn ? <p>There is no demo sign-in on this site.</p> : null}
      </main>
    </AdStack>
  )
}

function DemoSignIn({ next }: { next: string }) {
  return (
    <>
      <p>
        This is a demonstration, so there is no password and nothing is proved. On a real site the address
        would come from a sign-in provider that had confirmed it. Choose a reader; each one shows something
        else.
      </p>
      <noscript>
        <p className="field-error">
          Signing in here needs JavaScript. Everything else can be read without it.
        </p>
      </noscript>
      <SignInForm next={next} />
    </>
  )
}

function SignedIn({ name, next }: { name: string; next: string }) {
  return (
    <>
      <p>You are here as {name}.</p>
      <div className="button-row">
        <a href={next} className="button">
          Continue
        </a>
        <SignOutForm action={signOut}>
          <button type="submit" className="button">
            Sign out
          </button>
        </SignOutForm>
      </div>
    </>
  )
}
