export interface OwnServerOptions {
  /** Origin of the site. */
  site: string
  /** Origin of the other front end, which this server serves. */
  own: string
}

/** All that is forwarded. Sign-in by Google and others redirects to the site itself, not here. */
const routes = new Set([
  'GET /api/identity',
  'POST /api/identity',
  'POST /api/choice',
  'POST /api/sign-out',
  'POST /api/sign-in/ask',
  'POST /api/sign-in/finish',
])

/** Session, identity and pending sign-in; over https with their prefixes. */
const siteCookie = /^(__Host-)?(uid2|euid|sign-in|lantern-session(\.\d+)?)$/

/** As the site: consent strings are long. */
const bodyLimit = 128 * 1024

/**
 * Forwards requests of a front end's pages to the site. `peer` is the address of the connection, never of a header: the
 * site limits by it, and trusts this server.
 */
export const createForwarder =
  ({ site, own }: OwnServerOptions) =>
  async (request: Request, peer: string): Promise<Response> => {
    const { pathname } = new URL(request.url)
    const { method, headers } = request
    const writes = method === 'POST'
    if (!routes.has(`${method} ${pathname}`)) return refuse(404, 'not_found')
    // The site sees its own origin on every request, so it cannot check the caller: check here.
    if (writes && !isOwn(headers, own)) return refuse(403, 'cross_site')
    if (writes && !(Number(headers.get('content-length') ?? Number.NaN) <= bodyLimit))
      return refuse(413, 'too_large')
    try {
      const answer = await fetch(`${site}${pathname}`, {
        method,
        headers: requestHeaders(headers, site, peer),
        ...(writes && { body: await request.arrayBuffer() }),
        redirect: 'error',
        signal: AbortSignal.timeout(10_000),
      })
      return new Response(answer.body, { status: answer.status, headers: responseHeaders(answer.headers) })
    } catch {
      return refuse(502, 'unavailable')
    }
  }

/** The site's own rule, with this front end's origin: each of the two headers must be right if present, and one must be present. */
function isOwn(headers: Headers, own: string): boolean {
  const fetchSite = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  if (fetchSite === null && origin === null) return false
  return (fetchSite === null || fetchSite === 'same-origin') && (origin === null || origin === own)
}

/** An allow-list: no Authorization, no other cookie, no forwarding header. */
function requestHeaders(from: Headers, site: string, peer: string): Headers {
  const headers = new Headers({ accept: 'application/json', origin: site, 'x-forwarded-for': peer })
  for (const name of ['content-type', 'sec-gpc']) {
    const value = from.get(name)
    if (value !== null) headers.set(name, value)
  }
  const cookies = (from.get('cookie') ?? '').split(/; */).filter((pair) => siteCookie.test(nameOf(pair)))
  if (cookies.length > 0) headers.set('cookie', cookies.join('; '))
  return headers
}

/** The site's cookies name no domain: the browser stores them for this front end's host, HttpOnly. */
function responseHeaders(from: Headers): Headers {
  const headers = new Headers()
  for (const name of ['content-type', 'cache-control', 'cdn-cache-control', 'vary', 'retry-after']) {
    const value = from.get(name)
    if (value !== null) headers.set(name, value)
  }
  for (const cookie of from.getSetCookie())
    if (siteCookie.test(nameOf(cookie))) headers.append('set-cookie', cookie)
  return headers
}

const nameOf = (cookie: string): string => cookie.slice(0, cookie.indexOf('=')).trim()

const refuse = (status: number, error: string): Response =>
  Response.json({ error }, { status, headers: { 'Cache-Control': 'private, no-store' } })
