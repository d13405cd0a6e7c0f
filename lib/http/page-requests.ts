import 'server-only'
import { type NextRequest, NextResponse } from 'next/server'
import { brokenPath, hasHandler, rejectedMethodHeader } from './incoming-requests.ts'
import { isSameOrigin } from './same-origin.ts'

const bodyLimit = 64 * 1024

/**
 * Refuses a path that cannot be read, and whatever is sent to a page: pages take no forms. Null: let it pass.
 */
export function rejectRequest({ method, headers, nextUrl }: NextRequest): NextResponse | null {
  if (nextUrl.pathname === brokenPath) return refuse(400, 'This address cannot be read.')
  const refused = headers.get(rejectedMethodHeader)
  if (refused === null && hasHandler(nextUrl.pathname)) return null
  return refuseMethod(refused ?? method, headers)
}

function refuseMethod(method: string, headers: Headers): NextResponse | null {
  if (method === 'GET' || method === 'HEAD') return null
  if (method !== 'POST') return refuse(405, 'This page can only be viewed.', { Allow: 'GET, HEAD' })
  if (!isSameOrigin(headers)) return refuse(403, 'This form can only be sent from this site itself.')
  if (Number(headers.get('content-length') ?? 0) > bodyLimit)
    return refuse(413, 'This is more than a form of this site can hold.')
  return refuse(400, 'This page takes no forms.')
}

const refuse = (status: number, sentence: string, headers: Record<string, string> = {}) =>
  new NextResponse(`${sentence}\n`, {
    status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'private, no-store',
      ...headers,
    },
  })
