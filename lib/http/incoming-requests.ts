import 'server-only'
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { parseAndValidateFlightRouterState } from 'next/dist/server/app-render/parse-and-validate-flight-router-state'
import { env } from '../env/env'
import { processWide } from '../shared/process-wide'
import { isOwnOrigin } from './same-origin'

/** Holds the method of a request that the proxy is to reject. The matcher in proxy.ts names it too. */
export const rejectedMethodHeader = 'x-refused-method'

/** Replaces every request target that cannot be read. The proxy rejects it. */
export const brokenPath = '/%'

/** The methods of Next's route handlers. With TRACE Next fails before any code of ours runs. */
const handlerMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

type Incoming = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** Node publishes each request before Next sees it. `fixRequest` changes it at that moment. */
export function fixIncomingRequests(): void {
  processWide('incoming-requests', () => {
    subscribe('http.server.request.start', (message) => {
      const { request, response, server } = message as {
        request: IncomingMessage
        response: ServerResponse
        server: Server
      }
      // Set here, because no other hook of Next has the server, and `next start` takes it only as an
      // argument.
      server.keepAliveTimeout = env().keepAliveMs
      fixRequest(request)
      // A real operator sends no `Date` header: code that measures clock skew must not rely on it.
      if (request.url?.startsWith('/sandbox/operator/')) response.sendDate = false
      // Only the development server uses WebSockets. Next never closes the socket of an upgrade to an unknown
      // path, and shutdown would wait for it. Without a listener Node treats it as an ordinary request.
      if (process.env.NODE_ENV === 'production') server.removeAllListeners('upgrade')
    })
    return true
  })
}

/**
 * Changes requests that Next would answer with 500: TRACE, targets that are no path or cannot be decoded, and
 * unreadable bodies where Next looks for a server action. Next shows some of them to no proxy. Such a request
 * becomes a GET with a header that the proxy's matcher knows, and the proxy rejects it. Its body is not read.
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

/** Drops headers that only Next's router or a proxy of ours sets, when Next would fail on their values. */
function dropUnusable(headers: Incoming['headers']): void {
  delete headers[rejectedMethodHeader]
  // It starts a server action. This site has none.
  delete headers['next-action']
  // Next looks for a nonce here.
  delete headers['content-security-policy']
  delete headers['content-security-policy-report-only']
  // Next answers 500 when a file does not meet them. Without them it sends the whole file, as RFC 9110 allows.
  for (const name of ['range', 'if-range', 'if-match', 'if-unmodified-since']) delete headers[name]
  // Other values need `cacheComponents`, which is off.
  if (headers['next-router-prefetch'] !== '1') delete headers['next-router-prefetch']
  try {
    parseAndValidateFlightRouterState(headers['next-router-state-tree'])
  } catch {
    delete headers['next-router-state-tree']
  }
}

/**
 * The request target as a path. Clients of an HTTP proxy send a whole URL, and `OPTIONS *` has no path at
 * all.
 */
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

/**
 * Whether a route handler answers this path. Below these folders that is true of every path, also of unknown
 * ones.
 */
export function hasHandler(path: string): boolean {
  const pathname = pathnameOf(path)
  // Next's development server has handlers of its own.
  const development = process.env.NODE_ENV === 'development' && /^\/(_next|__nextjs)/.test(pathname)
  return /^\/(api|sandbox)\//.test(pathname) || development
}
