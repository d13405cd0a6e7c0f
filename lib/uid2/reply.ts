import { Uid2Error, type Uid2ErrorCode } from './errors.ts'

/** What came back over HTTP, before anyone looked at what it means. */
export interface OperatorReply {
  readonly status: number
  readonly body: string
  /** The reply's `Date` minus our clock on arrival, in ms. */
  readonly clockSkewMs?: number | undefined
  /** The reply's `Retry-After`, in ms. */
  readonly retryAfterMs?: number | undefined
}

/** The JSON of a refusal. Only a 200 is encrypted. */
interface Refusal {
  readonly status?: string | undefined
  readonly message?: string | undefined
}

/** Reads what a non-200 says, if it says anything: gateways in front of an operator answer in HTML. */
export function readRefusal(reply: OperatorReply): Refusal {
  let json: unknown
  try {
    json = JSON.parse(reply.body)
  } catch {
    return {}
  }
  const { status, message } = (json ?? {}) as { status?: unknown; message?: unknown }
  return { status: oneLine(status, 64), message: oneLine(message, 300) }
}

/** The error that a non-200 stands for. */
export function refusalError(reply: OperatorReply, code: Uid2ErrorCode = codeOf(reply)): Uid2Error {
  const { status, message } = readRefusal(reply)
  return new Uid2Error(code, `the operator answered HTTP ${reply.status}${status ? ` ${status}` : ''}`, {
    httpStatus: reply.status,
    operatorStatus: status,
    operatorMessage: message,
    clockSkewMs: code === 'clock_skew' ? reply.clockSkewMs : undefined,
    retryAfterMs: reply.retryAfterMs,
  })
}

/** A sealed answer with a status of a later protocol: no token, and nothing that we may guess. */
export function unexpectedStatus(status: string): Uid2Error {
  return new Uid2Error('unexpected_status', 'the operator answered with a status that is not known', {
    httpStatus: 200,
    operatorStatus: oneLine(status, 64),
  })
}

function codeOf(reply: OperatorReply): Uid2ErrorCode {
  if (reply.status === 401) return 'unauthorized'
  if (reply.status === 429) return 'rate_limited'
  // 408 says that the operator, or a gateway, waited for us in vain: a matter of the way, not of the request.
  if (reply.status === 408) return 'network'
  if (reply.status === 400 && readRefusal(reply).message?.startsWith('Invalid timestamp')) return 'clock_skew'
  if (reply.status >= 400 && reply.status < 500) return 'client_error'
  if (reply.status >= 500) return 'server_error'
  return 'bad_response'
}

/** Foreign text, made harmless for a log: one line, and no longer than it has to be. */
function oneLine(text: unknown, length: number): string | undefined {
  return typeof text === 'string' ? text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, length) : undefined
}
