import 'server-only'

import type { Call } from './call.ts'
import { authenticate } from './clients.ts'
import { preflight, withCommonHeaders } from './cors.ts'
import { type CallName, type Fault, FaultBoard, hold } from './faults.ts'
import { keyBidstream } from './key-bidstream.ts'
import { errorReply, jsonReply, textReply } from './replies.ts'
import { tokenGenerate } from './token-generate.ts'
import { tokenRefresh } from './token-refresh.ts'
import { tokenValidate } from './token-validate.ts'
import type { OperatorReply, OperatorRequest, Scope } from './types.ts'

/** A mount reads at most one byte more than this. */
export const BODY_LIMIT = 1024 * 1024

export interface Operator {
  readonly scope: Scope
  /** `gone` aborts when the client has hung up, which frees a held reply. */
  handle(request: OperatorRequest, gone?: AbortSignal): Promise<OperatorReply>
}

interface Endpoint {
  name: CallName
  answer(call: Call): OperatorReply
}

const endpoints: ReadonlyMap<string, Endpoint> = new Map([
  ['/v2/token/generate', { name: 'generate', answer: tokenGenerate }],
  ['/v2/token/refresh', { name: 'refresh', answer: tokenRefresh }],
  ['/v2/token/validate', { name: 'validate', answer: tokenValidate }],
  ['/v2/key/bidstream', { name: 'key', answer: keyBidstream }],
])

/**
 * A stand-in for the UID2 (or EUID) operator that speaks its wire protocol, with one addition: `/faults`,
 * through which tests make it slow, silent or wrong. It works on bytes and knows no server; see `web.ts` and
 * `node.ts` for its two mounts.
 */
export function createOperator(options: { now?: () => number; scope?: Scope } = {}): Operator {
  const now = options.now ?? Date.now
  const scope = options.scope ?? 'uid2'
  const board = new FaultBoard()

  async function answerCall(endpoint: Endpoint, request: OperatorRequest, gone: AbortSignal) {
    const { fault, released } = board.arrive(endpoint.name)
    // The reply is made on arrival and then held: time and state are those of the call.
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
    if (request.body.length > BODY_LIMIT) {
      // What is left of the body stays unread, so the connection is no good for another request.
      const reply = textReply(413, 'Request Entity Too Large')
      return { ...reply, headers: { ...reply.headers, connection: 'close' } }
    }
    if (request.path === '/ops/healthcheck') {
      return request.method === 'GET' ? textReply(200, 'OK') : textReply(405, 'Method Not Allowed')
    }
    const endpoint = endpoints.get(request.path)
    if (!endpoint) return textReply(404, 'Not Found')
    if (request.method !== 'POST') return textReply(405, 'Method Not Allowed')
    return answerCall(endpoint, request, gone)
  }

  return {
    scope,
    async handle(request, gone = new AbortController().signal) {
      if (request.path === '/faults') return answerFaults(board, request)
      const reply = preflight(request) ?? (await route(request, gone))
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
  // What a load balancer says in the operator's place is not JSON.
  return textReply(fault.status, `${fault.status} (fault asked for by the sandbox)`)
}

function answerFaults(board: FaultBoard, request: OperatorRequest): OperatorReply {
  if (request.method === 'GET') return jsonReply(200, board.report())
  if (request.method !== 'POST') return textReply(405, 'Method Not Allowed')
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
