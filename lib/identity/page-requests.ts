import 'server-only'
import { type NextRequest, NextResponse } from 'next/server'
import { readCapped } from '../shared/read-capped.ts'
import { isSameOrigin } from './same-origin.ts'

const bodyLimit = 64 * 1024

/**
 * Refuses what is neither a page view nor a sound submission of one of our forms, before Next can, which
 * would answer 500. Null: let it pass. The actions check the origin again for themselves.
 */
export async function refusePageRequest(request: NextRequest): Promise<NextResponse | null> {
  if (request.method !== 'POST')
    return refuse(405, 'This page can be viewed, or its forms sent.', { Allow: 'GET, HEAD, POST' })
  if (!isSameOrigin(request.headers)) return refuse(403, 'This form can only be sent from this site itself.')
  const body = await readCapped(request.clone(), bodyLimit)
  if (body === null) return refuse(413, 'This is more than a form of this site can hold.')
  return (await isForm(body, request.headers)) ? null : refuse(400, 'This is not a form of this site.')
}

/** Refuses a path that cannot be decoded, which a route with a parameter would answer with 500. */
export function refuseBrokenPath({ nextUrl }: NextRequest): NextResponse | null {
  try {
    decodeURIComponent(nextUrl.pathname)
    return null
  } catch {
    return refuse(400, 'This address cannot be read.')
  }
}

/**
 * As the forms of our actions are sent, always as multipart: with script the action's argument list is in
 * field `0` and names the form data, without script the action is named by a field of its own.
 */
async function isForm(body: Uint8Array, headers: Headers): Promise<boolean> {
  const type = headers.get('content-type') ?? ''
  if (!/^multipart\/form-data\b/i.test(type)) return false
  try {
    const form = await new Response(body as BodyInit, { headers: { 'content-type': type } }).formData()
    if (!headers.has('next-action')) return [...form.keys()].some((name) => name.startsWith('$ACTION_'))
    const list = form.get('0')
    return typeof list === 'string' && /^\["\$K[0-9a-f]+"\]$/.test(list)
  } catch {
    return false
  }
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
