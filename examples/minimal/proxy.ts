import type { NextFetchEvent, NextRequest } from 'next/server'
import { identity } from './identity'

/** Begins a due refresh without waiting for it, and stores one that has ended. It never blocks a page. */
export const proxy = (request: NextRequest, event: NextFetchEvent) => identity().proxy(request, event)

export const config = {
  matcher: [
    {
      // Views of pages: not the API, not Next's own files, and no prefetch.
      source: '/((?!api/|_next/).*)',
      missing: [
        { type: 'header', key: 'next-router-prefetch' },
        { type: 'header', key: 'next-router-segment-prefetch' },
      ],
    },
  ],
}
