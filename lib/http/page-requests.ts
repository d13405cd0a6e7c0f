import 'server-only'
import { type NextRequest, NextResponse } from 'next/server'
import { brokenPath, hasHandler, rejectedMethodHeader } from './incoming-requests'
import { isSameOrigin } from './same-origin'

const bodyLimit = 64 * 1024

/**
 * Rejects a path that cannot be read, and any request that sends something to a page: pages take no forms.
 * Null: the request may pass.
 */
export function rejectRequest({ method, headers, nextUrl }: NextRequest): NextResponse | null {
  if (nextUrl.pathname === brokenPath) return reject(400, 'This address cannot be read.')
  const rejected = headers.get(rejectedMethodHeader)
  if (rejected === null && hasHandler(nextUrl.pathname)) return null
  return rejectMethod(rejected ?? method, headers)
}

function rejectMethod(method: string, headers: Headers): NextResponse | null {
  if (method === 'GET' || method === 'HEAD') return null
  if (method !== 'POST') return reject(405, 'This page supports only GET and HEAD.', { Allow: 'GET, HEAD' })
  if (!isSameOrigin(headers)) return reject(403, 'Send this form from this site.')
  if (Number(headers.get('content-length') ?? 0) > bodyLimit) return reject(413, 'This form is too large.')
  return reject(400, 'This page takes no forms.')
}

const reject = (status: number, sentence: string, headers: Record<string, string> = {}) =>
  new NextResponse(`${sentence}\n`, {
    status,
    headers: {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'private, no-store',
      ...headers,
    },
  })
