import 'server-only'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { parseAndValidateFlightRouterState } from 'next/dist/server/app-render/parse-and-validate-flight-router-state'
import { env } from '../env/server.ts'
import { perProcess } from '../shared/per-process.ts'
import { isOwnOrigin } from './same-origin.ts'

/** Holds the method of a request that the proxy is to refuse. The matcher in proxy.ts has the name as well. */
export const rejectedMethodHeader = 'x-refused-method'

/** What takes the place of every target that cannot be read; the proxy refuses it. */
export const brokenPath = '/%'

/** What Next's route handlers know; with TRACE it fails before any code of ours runs. */
const handlerMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

type Incoming = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** Node publishes a request before Next sees it: `fixRequest` changes each one at that moment. */
export function fixIncomingRequests(): void {
  perProcess('incoming-requests', () => {
    subscribe('http.server.request.start', (message) => {
      const { request, response, server } = message as {
        request: IncomingMessage
        response: ServerResponse
        server: Server
      }
      // Here, because no other hook of Next's has the server, and `next start` takes it as an argument alone.
      server.keepAliveTimeout = env().keepAliveMs
      fixRequest(request)
      // A real operator sends none, and who measures a clock must not get used to one.
      if (request.url?.startsWith('/sandbox/operator/')) response.sendDate = false
      // Only the development server takes WebSockets. Next never closes the socket of an upgrade to a path that no
      // route has, and shutdown waits for it; without a listener Node gives Next an ordinary request.
      if (process.env.NODE_ENV === 'production') server.removeAllListeners('upgrade')
    })
    return true
  })
}

/**
 * Makes every request one that Next can answer without a fault of its own: it says 500 to TRACE, to targets that
 * are no path or cannot be decoded, and, where it looks for a server action, to bodies that it cannot read; some
 * of them it never shows to the proxy. Such a request becomes a GET with a header that leads it to the proxy
 * wherever it is for, and is refused there; its body is not read.
 */
export function fixRequest(request: Incoming): void {
  const { method = 'GET', headers } = request
  dropUnusable(headers)
  request.url = pathOf(request.url ?? '')
  if ((method === 'GET' || method === 'HEAD') && request.url !== brokenPath) return
  if (handlerMethods.has(method) && hasHandler(request.url)) return
  headers[rejectedMethodHeader] = method
  request.method = 'GET'
}

/** Headers that only Next's own router or a proxy of ours sets, with values that Next would fail on. */
function dropUnusable(headers: Incoming['headers']): void {
  delete headers[rejectedMethodHeader]
  // It starts a server action, and there is none.
  delete headers['next-action']
  // Next looks for a nonce here, as a proxy of ours might have set one.
  delete headers['content-security-policy']
  delete headers['content-security-policy-report-only']
  // Other values are for `cacheComponents`, which is off.
  if (headers['next-router-prefetch'] !== '1') delete headers['next-router-prefetch']
  try {
    parseAndValidateFlightRouterState(headers['next-router-state-tree'])
  } catch {
    delete headers['next-router-state-tree']
  }
}

/** The target as a path: clients of an HTTP proxy send a whole URL, and `OPTIONS *` has no path at all. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return canDecode(pathnameOf(target)) ? target : brokenPath
  if (!URL.canParse(target)) return brokenPath
  const { origin, pathname, search } = new URL(target)
  return isOwnOrigin(origin, env().origin) && canDecode(pathname) ? pathname + search : brokenPath
}

const pathnameOf = (path: string): string => new URL(`http://localhost${path}`).pathname

function canDecode(pathname: string): boolean {
  try {
    decodeURIComponent(pathname)
    return true
  } catch {
    return false
  }
}

/** Below these every path, also one that does not exist, is answered by a route handler. */
export function hasHandler(path: string): boolean {
  const pathname = pathnameOf(path)
  // Its development server has handlers of its own.
  const development = process.env.NODE_ENV === 'development' && /^\/(_next|__nextjs)/.test(pathname)
  return /^\/(api|sandbox)\//.test(pathname) || development
}
