import 'server-only'

import type { Buyer } from '../buyer/buyer.ts'
import { auction } from './auction.ts'

const BODY_LIMIT = 256 * 1024

/**
 * Mounts the exchange on web requests. Prebid posts JSON as `text/plain` and sends cookies along; they are
 * not looked at.
 */
export async function handleAuction(request: Request, buyer: Buyer): Promise<Response> {
  const body = await readText(request)
  if (body === undefined) {
    const refusal = answer(request, 413, {
      error: 'too_large',
      message: `The limit is ${BODY_LIMIT} bytes.`,
    })
    // The rest of the body stays unread, so the connection is no good for another request.
    refusal.headers.set('connection', 'close')
    return refusal
  }
  const input = parseJson(body)
  if (!input) return answer(request, 400, { error: 'bad_json', message: 'The body is not JSON.' })
  const result = await auction(input.value, buyer)
  return result.ok ? answer(request, 200, result.response) : answer(request, 400, result.error)
}

/** Any page may call an exchange. */
export function handlePreflight(request: Request): Response {
  const headers = corsHeaders(request)
  headers.set('access-control-allow-methods', 'POST, OPTIONS')
  const wanted = request.headers.get('access-control-request-headers')
  if (wanted) headers.set('access-control-allow-headers', wanted)
  return new Response(null, { status: 204, headers })
}

function answer(request: Request, status: number, json: unknown): Response {
  const headers = corsHeaders(request)
  headers.set('cache-control', 'no-store')
  return Response.json(json, { status, headers })
}

function corsHeaders(request: Request): Headers {
  const headers = new Headers({ vary: 'Origin' })
  const origin = request.headers.get('origin')
  if (origin) {
    headers.set('access-control-allow-origin', origin)
    headers.set('access-control-allow-credentials', 'true')
  }
  return headers
}

async function readText(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of request.body ?? []) {
    chunks.push(chunk)
    total += chunk.length
    if (total > BODY_LIMIT) return undefined
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
