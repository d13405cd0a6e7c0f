import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { fontVariables } from '#app/_ui/fonts.ts'
import { Masthead } from '#app/_ui/masthead.tsx'
import { SiteFooter } from '#app/_ui/site-footer.tsx'
import { hideRefusedObserver } from '#lib/ads/browser-apis.ts'
import './globals.css'

export const metadata: Metadata = {
  // Put your own origin here: social cards and canonical links need one, and static pages are made before any request.
  metadataBase: new URL('https://lantern.example'),
  title: { default: 'The Lantern: a small magazine about light', template: '%s · The Lantern' },
  description:
    'Short, true pieces about light: twilight, lighthouses, candles, street lamps and the colour of dusk.',
  robots: { index: true, follow: true },
  icons: { icon: '/icon.svg', apple: '/apple-icon.png' },
  openGraph: {
    siteName: 'The Lantern',
    type: 'website',
    images: {
      url: '/social-card.png',
      width: 1200,
      height: 630,
      alt: 'The Lantern, a small magazine about light',
    },
  },
  twitter: { card: 'summary_large_image' },
  formatDetection: { telephone: false, email: false, address: false },
}

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbf8f2' },
    { media: '(prefers-color-scheme: dark)', color: '#12110f' },
  ],
}

/** Reads no cookie and no header, so that pages below it can be static. */
export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" className={fontVariables}>
      <head>
        {/** biome-ignore lint/security/noDangerouslySetInnerHtml: our own code, which needs no request of its own. */}
        <script dangerouslySetInnerHTML={{ __html: `(${hideRefusedObserver})(window)` }} />
      </head>
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
