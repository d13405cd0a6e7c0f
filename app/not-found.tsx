import type { Metadata } from 'next'
import Link from 'next/link'

export const metadata: Metadata = { title: 'Nothing here', robots: { index: false } }

export default function NotFound() {
  return (
    <main id="content" className="sheet">
      <p className="eyebrow">Not found</p>
      <h1>There is no light on at this address</h1>
      <p>
        The page may have moved, or the link may have lost a letter on the way. The magazine itself is where
        it was.
      </p>
      <p className="button-row">
        <Link href="/" className="button">
          Go to the front page
        </Link>
      </p>
    </main>
  )
}
