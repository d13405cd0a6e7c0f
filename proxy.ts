import type { NextFetchEvent, NextRequest, NextResponse } from 'next/server'
import { rejectRequest } from '#lib/http/page-requests.ts'
import { identity } from '#lib/site/identity.ts'

/**
 * Rejects requests that no page accepts, and refreshes a due identity. It is never a lock: each surface
 * checks for itself.
 */
export const proxy = async (request: NextRequest, event: NextFetchEvent): Promise<NextResponse> =>
  rejectRequest(request) ?? identity().proxy(request, event)

export const config = {
  matcher: [
    {
      // Pages, but not assets, files, the sandbox or the API.
      source:
        '/((?!_next/static|_next/image|sandbox/|api/|.*\\.(?:svg|png|ico|jpg|webp|woff2|js|css|map|txt|xml|json|webmanifest)$).*)',
      // A prefetch is not a visit: it must neither refresh nor store. Next removes these two headers before
      // the proxy could see them. The proxy checks the browser's own prefetch headers itself.
      missing: [
        { type: 'header', key: 'next-router-prefetch' },
        { type: 'header', key: 'next-router-segment-prefetch' },
      ],
    },
    // Any path: requests to reject (lib/http/incoming-requests.ts).
    { source: '/(.*)', has: [{ type: 'header', key: 'x-refused-method' }] },
  ],
}
