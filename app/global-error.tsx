'use client'

import './globals.css'

/** Replaces the layout, so it is a complete document. Every page's first script has it, so it is short, without fonts. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>The Lantern</title>
        <main id="content" className="sheet" role="alert">
          <h1>The lamp went out for a moment</h1>
          <p>This page could not be put together. Trying again often helps.</p>
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
