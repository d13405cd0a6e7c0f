/**
 * What can go wrong with an operator, as a closed set. The value says whether the same call may succeed
 * later without anyone changing anything; a caller who retries, backs off or alerts decides by it.
 *
 * | code | meaning |
 * |---|---|
 * | `timeout` | no complete answer within `timeoutMs` |
 * | `aborted` | the caller's `signal` fired |
 * | `network` | the connection failed before the answer was complete |
 * | `rate_limited` | HTTP 429; `retryAfterMs` when the operator said |
 * | `server_error` | HTTP 5xx |
 * | `bad_response` | an answer that is not the protocol: HTML, broken JSON, a missing field |
 * | `undecryptable` | an answer that is sealed, but not with our key, or was changed on its way |
 * | `nonce_mismatch` | a well-sealed answer to another request |
 * | `response_too_large` | more bytes than any answer of the protocol has |
 * | `redirected` | HTTP 3xx, never followed: the request carries the API key |
 * | `unauthorized` | unknown or disabled API key, or one without the role |
 * | `clock_skew` | our clock and the operator's differ too much; `clockSkewMs` when known |
 * | `client_error` | any other refusal of the request, such as a wrong client secret |
 * | `wrong_product` | a token of the other product than the `product` that was asked for |
 * | `unexpected_status` | a sealed answer whose `status` this version does not know |
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

/** The codes of the table above; a `switch` over them can be exhaustive. */
export type Uid2ErrorCode = keyof typeof TRANSIENT

/**
 * What is wrong on our side, where the operator's answer tells:
 *
 * | reason | meaning |
 * |---|---|
 * | `wrong_key` | the operator does not know the API key |
 * | `missing_role` | it knows the key, which may not make this call; only {@link explainUnauthorized} can tell |
 * | `wrong_secret` | the client secret is not the one of the API key |
 * | `clock_skew` | our clock is wrong |
 * | `wrong_product` | the operator, or the key, is one of the other product |
 */
export type Uid2ErrorReason = 'wrong_key' | 'missing_role' | 'wrong_secret' | 'clock_skew' | 'wrong_product'

interface Uid2ErrorDetails {
  reason?: Uid2ErrorReason | undefined
  httpStatus?: number | undefined
  /** The `status` field of the operator's answer. */
  operatorStatus?: string | undefined
  /** The operator's own words, for a person to read: at most 300 characters of one line. */
  operatorMessage?: string | undefined
  /** How far the operator's clock is ahead of ours, in ms, to the second. */
  clockSkewMs?: number | undefined
  /** How long the operator asked us to wait, in ms. */
  retryAfterMs?: number | undefined
  cause?: unknown
}

/**
 * Everything that an operator, or the way to it, can do wrong. A caller's own mistake is a `TypeError`
 * instead. Neither ever holds a token, a key, an e-mail address, a phone number or a hash of one, so
 * both can be logged whole.
 *
 * @example
 * if (Uid2Error.is(error) && error.transient) keepTheTokenThatWeHave()
 */
export class Uid2Error extends Error {
  override readonly name = 'Uid2Error'
  readonly code: Uid2ErrorCode
  readonly transient: boolean
  // `declare`, so that a detail that is not known is absent rather than `undefined` in every log line.
  declare readonly reason?: Uid2ErrorReason
  declare readonly httpStatus?: number
  declare readonly operatorStatus?: string
  declare readonly operatorMessage?: string
  declare readonly clockSkewMs?: number
  declare readonly retryAfterMs?: number

  /**
   * `instanceof` that also knows the errors of another copy of this file: frameworks bundle modules more than once.
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
