'use client'

import { fontVariables } from '#app/_ui/fonts.ts'
import './globals.css'

/** Replaces the layout, so it is a complete document without dependencies. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en" className={fontVariables}>
      <head>
        <title>The Lantern</title>
      </head>
      <body>
        <main id="content" className="sheet">
          <p className="eyebrow">The Lantern</p>
          <h1>The lamp went out for a moment</h1>
          <p>
            The site could not be put together. It is our fault and not yours, and trying again often helps.
          </p>
          <div className="button-row">
            <button type="button" className="button" onClick={reset}>
              Try again
            </button>
            <a href="/" className="button">
              Go to the front page
            </a>
          </div>
        </main>
      </body>
    </html>
  )
}
