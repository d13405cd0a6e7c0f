import Link from 'next/link'
import type { ReactNode } from 'react'
import { LampMark } from '#app/_ui/lamp-mark.tsx'

/** `note` is for what must be said on every page, such as that this is a sandbox. */
export function SiteFooter({ note }: { note?: ReactNode }) {
  return (
    <footer className="site-footer">
      <div className="site-footer-inner">
        <LampMark className="site-footer-lamp" />
        <p className="site-footer-colophon">
          <em>The Lantern</em> is about light, by night and by day. Set in Newsreader and Inter.
        </p>
        <nav aria-label="About this site" className="site-footer-nav">
          <Link href="/privacy" prefetch={false}>
            Your privacy choices
          </Link>
          <Link href="/sign-in" prefetch={false}>
            Sign in
          </Link>
          <Link href="/">Front page</Link>
        </nav>
        {note ? <div className="site-footer-note">{note}</div> : null}
      </div>
    </footer>
  )
}
