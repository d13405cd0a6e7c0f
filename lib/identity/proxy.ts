import 'server-only'
import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server'
import { advance } from './advance.ts'
import { policies } from './api.ts'
import { identityCookieName } from './cookie.ts'
import { refuseBrokenPath, refusePageRequest } from './page-requests.ts'
import { signalsOptOut } from './situation.ts'
import { passOn } from './write.ts'

/**
 * Refreshes on the way; never a lock. Begins a due refresh without waiting for it and stores one that has
 * ended, so that this very request already reads the fresh identity. Requests without an identity cookie
 * pass untouched and stay cacheable.
 */
export async function refreshOnTheWay(request: NextRequest, event: NextFetchEvent): Promise<NextResponse> {
  const reads = request.method === 'GET' || request.method === 'HEAD'
  const broken = refuseBrokenPath(request)
  if (broken) return broken
  // Encoded paths come here wherever they lead, assets and prefetches too; no page of ours has one.
  if (reads && request.nextUrl.pathname.includes('%')) return NextResponse.next()
  if (!reads) {
    if (request.nextUrl.pathname.startsWith('/api/')) return NextResponse.next()
    const refused = await refusePageRequest(request)
    if (refused) return refused
  }
  // An opt-out signal concerns a reader without an identity, too: it is recorded for who is signed in.
  const concerned = request.cookies.has(identityCookieName()) || signalsOptOut(request.headers)
  if (isPrefetch(request) || !concerned) return passOn(request, 'keep')
  const { cookie, background } = await advance(request, policies.page())
  if (background) event.waitUntil(background)
  return passOn(request, cookie)
}

const isPrefetch = ({ method, headers }: NextRequest): boolean =>
  method !== 'POST' && /prefetch/.test(`${headers.get('purpose')} ${headers.get('sec-purpose')}`)
