import 'server-only'

import type { OperatorReply, OperatorRequest } from './types'

const ALLOWED_HEADERS = [
  'X-UID2-Client-Version',
  'Access-Control-Request-Method',
  'Access-Control-Allow-Credentials',
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Headers',
  'Content-Type',
]

/** Answers a preflight. `Authorization` is allowed only for validate: no page may call generate. */
export function preflight(request: OperatorRequest): OperatorReply | undefined {
  const { origin } = request.headers
  const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method']
  if (!isPreflight || origin === undefined) return undefined
  const allowed =
    request.path === '/v2/token/validate' ? [...ALLOWED_HEADERS, 'Authorization'] : ALLOWED_HEADERS
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET,POST,OPTIONS',
      'access-control-allow-headers': allowed.join(','),
    },
    body: '',
  }
}

/** Allows any origin, never with credentials. The trace id is returned too. */
export function withCommonHeaders(request: OperatorRequest, reply: OperatorReply): OperatorReply {
  const headers: Record<string, string> = { ...reply.headers, vary: 'origin' }
  const { origin } = request.headers
  if (origin !== undefined) headers['access-control-allow-origin'] = origin
  const trace = request.headers['x-amzn-trace-id']
  if (trace !== undefined) headers['x-amzn-trace-id'] = trace
  return { ...reply, headers }
}
