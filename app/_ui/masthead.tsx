import Link from 'next/link'
import { AccountLinks } from '#app/_ui/account-links.tsx'
import { LampMark } from '#app/_ui/lamp-mark.tsx'

/** The HTML says nothing about the reader and is the same for all, so pages with it can be cached. */
export function Masthead() {
  return (
    <header className="masthead">
      <div className="masthead-inner">
        <Link href="/" className="wordmark" aria-label="The Lantern, front page">
          <LampMark className="wordmark-lamp" />
          <span className="wordmark-name">The Lantern</span>
        </Link>
        <p className="masthead-tagline">A small magazine about light</p>
        <nav aria-label="Main" className="masthead-nav">
          <Link href="/">Front page</Link>
          <Link href="/privacy" prefetch={false}>
            Privacy choices
          </Link>
          <AccountLinks />
        </nav>
      </div>
    </header>
  )
}
