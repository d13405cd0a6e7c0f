import 'server-only'

import { authenticate } from './clients'
import { preflight, withCommonHeaders } from './cors'
import { type Endpoint, endpoints } from './endpoints'
import { type Fault, FaultBoard, hold } from './faults'
import { normalisePath } from './path'
import { bareReply, errorReply, jsonReply, methodNotAllowed, notFound, textReply } from './replies'
import type { OperatorReply, OperatorRequest, Scope } from './types'

/** Bytes. A mount reads at most one byte more. */
export const BODY_LIMIT = 1024 * 1024

export interface Operator {
  readonly scope: Scope
  /** `gone` aborts when the client disconnects, which ends a held reply. */
  handle(request: OperatorRequest, gone?: AbortSignal): Promise<OperatorReply>
}

/**
 * A stand-in for the UID2 (or EUID) operator with the same wire protocol and one addition: `/faults`, with
 * which tests make it slow, silent or wrong. It works on bytes and knows no server. `web.ts` and `node.ts`
 * mount it.
 */
export function createOperator(options: { now?: () => number; scope?: Scope } = {}): Operator {
  const now = options.now ?? Date.now
  const scope = options.scope ?? 'uid2'
  const board = new FaultBoard()

  async function answerCall(endpoint: Endpoint, request: OperatorRequest, gone: AbortSignal) {
    const { fault, released } = board.arrive(endpoint.name)
    // The reply is made on arrival and then held: its time and state are those of the call.
    const reply = faulty(fault, () =>
      endpoint.answer({
        request,
        client: authenticate(request),
        scope,
        now: Math.trunc(now()),
        lifetimes: board.lifetimes,
        forceOptout: fault?.kind === 'optout',
      }),
    )
    if (fault?.latencyMs) await hold([released, gone], fault.latencyMs)
    if (fault?.kind === 'hang') await hold([released, gone])
    return reply
  }

  async function route(request: OperatorRequest, gone: AbortSignal): Promise<OperatorReply> {
    const isHealthCheck = request.path === '/ops/healthcheck'
    const endpoint = endpoints.get(request.path)
    if (!isHealthCheck && !endpoint) return notFound()
    const allowed = isHealthCheck ? 'GET' : 'POST'
    if (request.method !== allowed) return methodNotAllowed(allowed)
    if (!endpoint) return bareReply(200, 'OK')
    if (request.body.length > BODY_LIMIT) return bareReply(413, 'Request Too Long')
    return answerCall(endpoint, request, gone)
  }

  return {
    scope,
    async handle(raw, gone = new AbortController().signal) {
      // Only this spelling, because a mount that hides it would have to know all others.
      if (raw.path === '/faults') return handleFaults(board, raw)
      const request = { ...raw, path: normalisePath(raw.path) }
      const reply = preflight(request) ?? (await route(request, gone))
      // The rest of a too large body stays unread, so the connection cannot be used again.
      if (request.body.length > BODY_LIMIT) reply.headers.connection = 'close'
      return withCommonHeaders(request, reply)
    },
  }
}

function faulty(fault: Fault | undefined, ordinary: () => OperatorReply): OperatorReply {
  if (fault?.kind === 'reset') return { ...textReply(200, ''), fault: 'reset' }
  if (fault?.kind === 'garbage')
    return textReply(fault.status ?? 200, '<html>\u0000 not a UID2 response \ufffd{')
  if (fault?.status === undefined) return ordinary()
  if (fault.status === 401) return errorReply(401, 'unauthorized')
  if (fault.status === 400) return errorReply(400, 'client_error', 'Fault asked for by the sandbox')
  if (fault.status === 500) return errorReply(500, 'unknown', 'Fault asked for by the sandbox')
  // A load balancer's error in place of the operator is not JSON.
  return textReply(fault.status, `${fault.status} (fault asked for by the sandbox)`)
}

function handleFaults(board: FaultBoard, request: OperatorRequest): OperatorReply {
  if (request.method === 'GET') return jsonReply(200, board.report())
  if (request.method !== 'POST') return methodNotAllowed('GET, POST')
  const input = parseJson(request.body)
  if (!input) return jsonReply(400, { error: 'bad_json', message: 'The body is not JSON.' })
  const wrong = board.replace(input.value)
  return wrong === undefined
    ? jsonReply(200, board.report())
    : jsonReply(400, { error: 'invalid', message: wrong })
}

function parseJson(body: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(Buffer.from(body).toString('utf8')) }
  } catch {
    return undefined
  }
}
