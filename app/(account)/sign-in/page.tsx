import type { Metadata } from 'next'
import { AccountForm } from '#app/_ads/account-form.tsx'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
import { Demo, Proof, Providers } from '#app/(account)/sign-in/ways.tsx'
import { getSignInOptions } from '#lib/auth/sign-in-options.ts'
import { env } from '#lib/env/env.ts'
import { localPath } from '#lib/shared/local-path.ts'
import { maskedName } from '#lib/site/masked-name.ts'
import { readCurrentReader, readPublicIdentity } from '#lib/site/page-data.ts'

export const metadata: Metadata = {
  title: 'Sign in',
  description: 'Sign in to The Lantern, and see how an advertising ID is made only after you say yes.',
  robots: { index: false },
}

interface Props {
  searchParams: Promise<Partial<Record<'next' | 'callbackUrl' | 'error', string | string[]>>>
}

export default async function SignInPage({ searchParams }: Props) {
  const [{ next: asked, callbackUrl, error }, reader, identity] = await Promise.all([
    searchParams,
    readCurrentReader(),
    readPublicIdentity(),
  ])
  const next = localPath(asked) ?? ownPath(callbackUrl) ?? '/choice'
  return (
    <AdStack initial={identity}>
      <StatusLine />
      <main id="content" className="sheet">
        <h1>{reader ? 'You are signed in' : 'Sign in'}</h1>
        {error === undefined || reader ? null : <NotFinished />}
        {reader ? <SignedIn name={maskedName(reader)} next={next} /> : <Ways next={next} />}
      </main>
    </AdStack>
  )
}

/** next-auth passes the destination of a sign-in as a whole URL, also after a failed one. */
function ownPath(url: string | string[] | undefined): string | null {
  if (typeof url !== 'string' || !URL.canParse(url)) return null
  const { origin, pathname, search } = new URL(url)
  return origin === env().origin && pathname !== '/' ? localPath(pathname + search) : null
}

/**
 * next-auth redirects here with an error code when a provider rejects the sign-in or its response is invalid.
 */
function NotFinished() {
  return (
    <p role="alert" className="field-error">
      The sign-in was not finished, so nothing has changed. You can try again, or sign in another way.
    </p>
  )
}

function Ways({ next }: { next: string }) {
  const { providers, proof, demo } = getSignInOptions()
  const proves = proof.email !== false || proof.phone !== false
  if (providers.length === 0 && !proves && !demo)
    return <p>There is no way to sign in on this site yet: its owner has to set one up.</p>
  const real = (
    <>
      {providers.length > 0 ? <Providers providers={providers} next={next} /> : null}
      {providers.length > 0 && proves ? <p>Or let us send you something:</p> : null}
      {proves ? <Proof proof={proof} next={next} /> : null}
    </>
  )
  if (!demo) return real
  return (
    <>
      <p>
        This is a demonstration, so there is no password and nothing is proved. Choose a reader; each one
        shows something else.
      </p>
      <Demo next={next} />
      {providers.length > 0 || proves ? (
        <section aria-labelledby="real">
          <h2 id="real">As on a real site</h2>
          <p>There, an address counts only after a provider, a link or a code has confirmed it.</p>
          {real}
        </section>
      ) : null}
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
        <AccountForm name="sign-out">
          <button type="submit" className="button">
            Sign out
          </button>
        </AccountForm>
      </div>
    </>
  )
}
