import Link from 'next/link'

/**
 * The sign-in and sign-out links. The status line (`data-signed-in`) shows one of them, on a dynamic page
 * before any script runs. Until it is known the sign-in link is shown, because pages are the same for all
 * readers.
 */
export function AccountLinks() {
  return (
    <span className="account-links">
      <Link href="/sign-in" prefetch={false} className="door-in">
        Sign in
      </Link>
      <Link href="/privacy#sign-out" prefetch={false} className="door-out">
        Sign out
      </Link>
    </span>
  )
}
