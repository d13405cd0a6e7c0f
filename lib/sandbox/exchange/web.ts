import 'server-only'

import { readCapped } from '../../shared/read-capped'
import type { Buyer } from '../buyer/buyer'
import { auction } from './auction'
import type { AuctionMemory } from './auction-memory'
import { recordOf } from './auction-record'
import { browserCookie, browserOf, newBrowser, wouldKeepCookie } from './browser-cookie'

const BODY_LIMIT = 256 * 1024

export interface Exchange {
  buyer: Buyer
  memory: AuctionMemory
  /** This site's origin, as the browser sees it. */
  origin: string
}

/**
 * Mounts the exchange on web requests. Prebid posts JSON as `text/plain` and sends cookies. Bids do not
 * depend on cookies: the exchange's cookie only selects the memory for the record.
 */
export async function handleAuction(request: Request, exchange: Exchange): Promise<Response> {
  const bytes = await readCapped(request, BODY_LIMIT)
  if (bytes === null) {
    const refusal = answer(request, 413, {
      error: 'too_large',
      message: `The limit is ${BODY_LIMIT} bytes.`,
    })
    // The rest of the body stays unread, so the connection cannot be used again.
    refusal.headers.set('connection', 'close')
    return refusal
  }
  const body = new TextDecoder().decode(bytes)
  const input = parseJson(body)
  if (!input) return answer(request, 400, { error: 'bad_json', message: 'The body is not JSON.' })
  const result = await auction(input.value, exchange.buyer)
  if (!result.ok) return answer(request, 400, result.error)
  const reply = answer(request, 200, result.response)
  const met = browserOf(request)
  const browser = met ?? (wouldKeepCookie(request, exchange.origin) ? newBrowser() : undefined)
  if (browser === undefined) return reply
  exchange.memory.keep(browser, recordOf(result.held, body.length, Date.now()))
  if (met === undefined) reply.headers.append('set-cookie', browserCookie(browser, exchange.origin))
  return reply
}

/** The last auctions of this browser. Without CORS, so no page of another origin can read them. */
export function handleAuctions(request: Request, memory: AuctionMemory): Response {
  const browser = browserOf(request)
  const auctions = browser === undefined ? [] : memory.of(browser)
  const headers = { 'cache-control': 'private, no-store', vary: 'Cookie' }
  return Response.json({ auctions }, { headers })
}

/** Any page may call the exchange. */
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

function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
