export interface OwnServerOptions {
  /** Origin of the site. */
  site: string
  /** Origin of the other front end, which this server serves. */
  own: string
}

/** The only ways through. Sign-in by Google and others leads back to the site itself, and not here. */
const ways = new Set([
  'GET /api/identity',
  'POST /api/identity',
  'POST /api/choice',
  'POST /api/sign-out',
  'POST /api/sign-in/ask',
  'POST /api/sign-in/finish',
])

/** Session, identity, and the address that waits for its code; over https with their prefixes. */
const siteCookie = /^(__Host-)?(uid2|euid|sign-in|lantern-session(\.\d+)?)$/

const bodyLimit = 16 * 1024

/**
 * Passes requests of a front end's pages on to the site. `peer` is the address of the connection, never a
 * header: the site counts by it, and trusts this server.
 */
export const createPassage =
  ({ site, own }: OwnServerOptions) =>
  async (request: Request, peer: string): Promise<Response> => {
    const { pathname } = new URL(request.url)
    const { method, headers } = request
    const writes = method === 'POST'
    if (!ways.has(`${method} ${pathname}`)) return refuse(404, 'not_found')
    // The site will see its own origin on every request, so whoever asks is checked here or nowhere.
    if (writes && !isOwn(headers, own)) return refuse(403, 'cross_site')
    if (writes && !(Number(headers.get('content-length') ?? Number.NaN) <= bodyLimit))
      return refuse(413, 'too_large')
    try {
      const answer = await fetch(`${site}${pathname}`, {
        method,
        headers: onward(headers, site, peer),
        ...(writes && { body: await request.arrayBuffer() }),
        redirect: 'error',
        signal: AbortSignal.timeout(10_000),
      })
      return new Response(answer.body, { status: answer.status, headers: back(answer.headers) })
    } catch {
      return refuse(502, 'unavailable')
    }
  }

/** The site's own rule, with this front end's origin: each proof that is there must hold, and one must be. */
function isOwn(headers: Headers, own: string): boolean {
  const fetchSite = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  if (fetchSite === null && origin === null) return false
  return (fetchSite === null || fetchSite === 'same-origin') && (origin === null || origin === own)
}

/** A list of what is passed on, so that nothing else is: no Authorization, no other cookie, no forwarding header. */
function onward(from: Headers, site: string, peer: string): Headers {
  const headers = new Headers({ accept: 'application/json', origin: site, 'x-forwarded-for': peer })
  for (const name of ['content-type', 'sec-gpc']) {
    const value = from.get(name)
    if (value !== null) headers.set(name, value)
  }
  const cookies = (from.get('cookie') ?? '').split(/; */).filter((pair) => siteCookie.test(nameOf(pair)))
  if (cookies.length > 0) headers.set('cookie', cookies.join('; '))
  return headers
}

/** The site's cookies name no domain: the browser keeps them for this front end's host, out of script's reach. */
function back(from: Headers): Headers {
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
