import Link from 'next/link'
import { SandboxNotice } from '#app/_ads/sandbox-notice.tsx'
import { LampMark } from '#app/_ui/lamp-mark.tsx'

export function SiteFooter() {
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
          <Link href="/">Front page</Link>
        </nav>
        <div className="site-footer-note">
          <SandboxNotice />
        </div>
      </div>
    </footer>
  )
}
