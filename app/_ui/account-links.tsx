import Link from 'next/link'

/**
 * The door in and the door out, of which one is shown: by the status line (`data-signed-in`), which knows it on a
 * dynamic page before any script runs. It is the door in until a page knows better: pages are the same for everybody.
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
