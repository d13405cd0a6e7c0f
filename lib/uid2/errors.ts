/**
 * All failures of an operator, as a closed set. The value says whether the same call may succeed later
 * without a change by anyone. Use it to decide about retries and alerts.
 *
 * | code | meaning |
 * |---|---|
 * | `timeout` | no complete answer within `timeoutMs` |
 * | `aborted` | the caller's `signal` fired |
 * | `network` | the connection failed before the answer was complete |
 * | `rate_limited` | HTTP 429; `retryAfterMs` when the operator sent it |
 * | `server_error` | HTTP 5xx |
 * | `bad_response` | not an answer of the protocol: HTML, broken JSON, a missing field |
 * | `undecryptable` | an encrypted answer that our key does not open, or that was changed on the way |
 * | `nonce_mismatch` | a correctly encrypted answer to another request |
 * | `response_too_large` | more bytes than any answer of the protocol has |
 * | `redirected` | HTTP 3xx, never followed: the request contains the API key |
 * | `unauthorized` | unknown or disabled API key, or one without the role |
 * | `clock_skew` | our clock and the operator's differ too much; `clockSkewMs` when known |
 * | `client_error` | any other rejection of the request, such as a wrong client secret |
 * | `wrong_product` | a token of the other product than the configured `product` |
 * | `unexpected_status` | an encrypted answer with a `status` that this version does not know |
 */
const TRANSIENT = {
  timeout: true,
  aborted: true,
  network: true,
  rate_limited: true,
  server_error: true,
  bad_response: true,
  undecryptable: true,
  nonce_mismatch: true,
  response_too_large: true,
  redirected: false,
  unauthorized: false,
  clock_skew: false,
  client_error: false,
  wrong_product: false,
  unexpected_status: false,
} as const

/** The codes of the table above. A `switch` over them can be exhaustive. */
export type Uid2ErrorCode = keyof typeof TRANSIENT

/**
 * What is wrong on our side, where the operator's answer shows it:
 *
 * | reason | meaning |
 * |---|---|
 * | `wrong_key` | the operator does not know the API key |
 * | `missing_role` | it knows the key, but the key may not make this call; only {@link explainUnauthorized} can tell |
 * | `wrong_secret` | the client secret does not belong to the API key |
 * | `clock_skew` | our clock is wrong |
 * | `wrong_product` | the operator, or the key, belongs to the other product |
 */
export type Uid2ErrorReason = 'wrong_key' | 'missing_role' | 'wrong_secret' | 'clock_skew' | 'wrong_product'

interface Uid2ErrorDetails {
  reason?: Uid2ErrorReason | undefined
  httpStatus?: number | undefined
  /** The `status` field of the operator's answer. */
  operatorStatus?: string | undefined
  /** The operator's message for people: one line, at most 300 characters. */
  operatorMessage?: string | undefined
  /** How far the operator's clock is ahead of ours, in ms, accurate to a second. */
  clockSkewMs?: number | undefined
  /** How long the operator asked us to wait, in ms. */
  retryAfterMs?: number | undefined
  cause?: unknown
}

/**
 * Any failure of an operator or of the connection to it. A caller's mistake is a `TypeError`. Neither
 * contains a token, a key, an e-mail address, a phone number or a hash of one, so the whole error can be
 * logged.
 *
 * @example
 * if (Uid2Error.is(error) && error.transient) keepTheTokenThatWeHave()
 */
export class Uid2Error extends Error {
  override readonly name = 'Uid2Error'
  readonly code: Uid2ErrorCode
  readonly transient: boolean
  // `declare`, so that an unknown detail is absent instead of `undefined` in every log line.
  declare readonly reason?: Uid2ErrorReason
  declare readonly httpStatus?: number
  declare readonly operatorStatus?: string
  declare readonly operatorMessage?: string
  declare readonly clockSkewMs?: number
  declare readonly retryAfterMs?: number

  /**
   * Like `instanceof`, but also recognises errors of another copy of this file: frameworks bundle modules
   * more than once.
   *
   * @see https://nextjs.org/docs/app/guides/instrumentation
   * @example if (Uid2Error.is(error)) log(error.code)
   */
  static is(error: unknown): error is Uid2Error {
    return error instanceof Error && error.name === 'Uid2Error' && 'code' in error && 'transient' in error
  }

  constructor(code: Uid2ErrorCode, message: string, details: Uid2ErrorDetails = {}) {
    const { cause, ...known } = details
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.transient = TRANSIENT[code]
    for (const [name, value] of Object.entries(known)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true })
    }
  }
}
