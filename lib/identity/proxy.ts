import 'server-only'
import { type NextFetchEvent, type NextRequest, NextResponse } from 'next/server'
import { advance } from './advance.ts'
import { policies } from './api.ts'
import { identityCookieName } from './cookie.ts'
import { refuseRequest } from './page-requests.ts'
import { signalsOptOut } from './situation.ts'
import { passOn } from './write.ts'

/**
 * Refreshes on the way; never a lock. Begins a due refresh without waiting for it and stores one that has
 * ended, so that this very request already reads the fresh identity. Requests without an identity cookie
 * pass untouched and stay cacheable.
 */
export async function refreshOnTheWay(request: NextRequest, event: NextFetchEvent): Promise<NextResponse> {
  const refused = refuseRequest(request)
  if (refused) return refused
  // It is for a route handler, which brings the identity up to date itself.
  if (!isView(request)) return NextResponse.next()
  // An opt-out signal concerns a reader without an identity, too: it is recorded for who is signed in.
  const concerned = request.cookies.has(identityCookieName()) || signalsOptOut(request.headers)
  if (isPrefetch(request) || !concerned) return passOn(request, 'keep')
  const { cookie, background } = await advance(request, policies.page())
  if (background) event.waitUntil(background)
  return passOn(request, cookie)
}

const isView = ({ method }: NextRequest): boolean => method === 'GET' || method === 'HEAD'

const isPrefetch = ({ headers }: NextRequest): boolean =>
  /prefetch/.test(`${headers.get('purpose')} ${headers.get('sec-purpose')}`)
