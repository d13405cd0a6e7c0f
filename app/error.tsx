'use client'

import Link from 'next/link'

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  return (
    <main id="content" className="sheet" role="alert">
      <p className="eyebrow">Something went wrong</p>
      <h1>The lamp went out for a moment</h1>
      <p>This page could not be put together. It is our fault and not yours, and trying again often helps.</p>
      <div className="button-row">
        <button type="button" className="button" onClick={reset}>
          Try again
        </button>
        <Link href="/" className="button">
          Go to the front page
        </Link>
      </div>
    </main>
  )
}
