import { requireFunction, requireRetries, requireSignal, requireTimeout } from './arguments'
import { withDeadline, withRetries } from './attempts'
import type { DiiInput } from './dii'
import { Uid2Error, type Uid2ErrorReason } from './errors'
import type { GenerateOutcome } from './generate'
import type { Identity } from './identity'
import type { RefreshOutcome } from './refresh'
import { createUid2Requests, type PreparedRequest, type Uid2RequestOptions } from './requests'
import { sendRequest } from './transport'

/** The operator, the credentials, and the limits of a call. Times are ms. */
export interface Uid2ClientOptions extends Uid2RequestOptions {
  /** The longest that a call may take, with its retries, in ms (1500). */
  timeoutMs?: number
  /** How often a call is retried within that time after a temporary failure (2). */
  retries?: number
  fetch?: typeof fetch
}

/** Options of one call. */
export interface CallOptions {
  signal?: AbortSignal
  /** Overrides the client's, in ms. */
  timeoutMs?: number
  /** Overrides the client's, for instance to learn when the request is sent. */
  fetch?: typeof fetch
}

/**
 * All methods reject with `Uid2Error` for failures of the operator or network, and `TypeError` for the
 * caller's mistakes.
 */
export interface Uid2Client {
  /** An identity for a person. @see https://unifiedid.com/docs/endpoints/post-token-generate */
  generateToken(
    input: DiiInput,
    options?: CallOptions & { tcfConsentString?: string },
  ): Promise<GenerateOutcome>
  /**
   * Replaces an identity by a new one. The old one stays valid.
   * @see https://unifiedid.com/docs/endpoints/post-token-refresh
   */
  refreshToken(identity: Identity, options?: CallOptions): Promise<RefreshOutcome>
  /** Whether our token was made from this DII. @see https://unifiedid.com/docs/endpoints/post-token-validate */
  validateToken(advertisingToken: string, input: DiiInput, options?: CallOptions): Promise<boolean>
}

/**
 * A client of one operator with one set of credentials. Its only state is the imported key and the last clock
 * skew, so one client per process is enough and several do no harm.
 *
 * @throws TypeError naming the invalid option
 * @see https://unifiedid.com/docs/getting-started/gs-environments
 * @example
 * const client = createUid2Client({ baseUrl: 'https://operator-integ.uidapi.com', apiKey, clientSecret })
 * const outcome = await client.generateToken({ email: 'user@example.com' })
 */
export function createUid2Client(options: Uid2ClientOptions): Uid2Client {
  const requests = createUid2Requests(options)
  const timeoutMs = requireTimeout(options.timeoutMs ?? 1500, 'timeoutMs')
  const retries = requireRetries(options.retries ?? 2)
  // Looked up at each call, because frameworks and tests replace the global `fetch` after modules have
  // loaded.
  const send: typeof fetch = requireFunction(options.fetch ?? ((url, init) => fetch(url, init)), 'fetch')

  // Each attempt prepares its own request: an envelope contains its time, and operators reject old ones.
  const call = async <Outcome>(
    prepare: () => Promise<PreparedRequest<Outcome>>,
    { signal, timeoutMs: own, fetch: ownFetch }: CallOptions,
  ): Promise<Outcome> => {
    const sendThis = ownFetch === undefined ? send : requireFunction(ownFetch, 'fetch')
    return withDeadline(
      (deadline) => {
        const attempt = async () => {
          const request = await prepare()
          return request.read(await sendRequest(sendThis, request, deadline.stop))
        }
        return withRetries(attempt, retries, deadline, Math.random)
      },
      own === undefined ? timeoutMs : requireTimeout(own, 'timeoutMs'),
      signal && requireSignal(signal),
    )
  }

  return {
    generateToken: async (input, { tcfConsentString, ...callOptions } = {}) =>
      call(
        () => requests.generateToken(input, tcfConsentString === undefined ? {} : { tcfConsentString }),
        callOptions,
      ),
    refreshToken: (identity, callOptions = {}) => call(() => requests.refreshToken(identity), callOptions),
    validateToken: (advertisingToken, input, callOptions = {}) =>
      call(() => requests.validateToken(advertisingToken, input), callOptions),
  }
}

/** An invalid refresh token, which belongs to no one. */
const NO_IDENTITY = {
  advertising_token: '-',
  refresh_token: '-',
  identity_expires: 1,
  refresh_from: 1,
  refresh_expires: 1,
  refresh_response_key: `${'A'.repeat(43)}=`,
}

/**
 * Finds out why calls are `unauthorized`: a 401 does not say whether the key is unknown or may not make the
 * call. An error reply to a refresh does, because operators describe a token's fault only to known keys. So
 * this sends a refresh with an invalid token. A disabled key counts as known.
 *
 * Returns `undefined` when the operator does not say, or fails.
 *
 * @throws TypeError for invalid options
 * @see https://unifiedid.com/docs/endpoints/post-token-refresh
 * @example if (error.code === 'unauthorized') console.error(await explainUnauthorized(client))
 */
export async function explainUnauthorized(
  client: Pick<Uid2Client, 'refreshToken'>,
  options: CallOptions = {},
): Promise<Extract<Uid2ErrorReason, 'wrong_key' | 'missing_role'> | undefined> {
  try {
    const { status } = await client.refreshToken(NO_IDENTITY, options)
    return status === 'invalid_token' ? 'missing_role' : undefined
  } catch (error) {
    if (!Uid2Error.is(error)) throw error
    return error.reason === 'wrong_key' ? error.reason : undefined
  }
}
