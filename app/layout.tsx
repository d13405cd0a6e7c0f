import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { fontVariables } from '#app/_ui/fonts.ts'
import { Masthead } from '#app/_ui/masthead.tsx'
import { SiteFooter } from '#app/_ui/site-footer.tsx'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'The Lantern: a small magazine about light', template: '%s · The Lantern' },
  description:
    'Short, true pieces about light: twilight, lighthouses, candles, street lamps and the colour of dusk.',
  robots: { index: true, follow: true },
  formatDetection: { telephone: false, email: false, address: false },
}

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbf8f2' },
    { media: '(prefers-color-scheme: dark)', color: '#12110f' },
  ],
}

/** Reads no cookie and no header, so that pages below it may be static. */
export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" className={fontVariables}>
      <body>
        <a href="#content" className="skip-link">
          Skip to the content
        </a>
        <Masthead />
        {children}
        <SiteFooter />
      </body>
    </html>
  )
}
