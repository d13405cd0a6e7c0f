import { requireFunction, requireRetries, requireSignal, requireTimeout } from './arguments'
import { withDeadline } from './deadline'
import type { DiiInput } from './dii'
import type { GenerateOutcome } from './generate'
import type { Identity } from './identity'
import type { RefreshOutcome } from './refresh'
import { createUid2Requests, type PreparedRequest, type Uid2RequestOptions } from './requests'
import { retrying } from './retry'
import { exchange } from './transport'

/** What a client is made of: the operator, the credentials, and how long to try. Times are ms. */
export interface Uid2ClientOptions extends Uid2RequestOptions {
  /** The longest that a call may take, its retries included, in ms (1500). */
  timeoutMs?: number
  /** How often a call is tried again within that time after a fault that may pass (2). */
  retries?: number
  fetch?: typeof fetch
}

/** What one call may have of its own. */
export interface CallOptions {
  signal?: AbortSignal
  /** Instead of the client's, in ms. */
  timeoutMs?: number
  /** Instead of the client's; for instance to learn when the request leaves. */
  fetch?: typeof fetch
}

/** All methods reject with `Uid2Error` for what the operator did and `TypeError` for what the caller did. */
export interface Uid2Client {
  /** An identity for a person. @see https://unifiedid.com/docs/endpoints/post-token-generate */
  generateToken(
    input: DiiInput,
    options?: CallOptions & { tcfConsentString?: string },
  ): Promise<GenerateOutcome>
  /** A new identity for an old one, which stays valid. @see https://unifiedid.com/docs/endpoints/post-token-refresh */
  refreshToken(identity: Identity, options?: CallOptions): Promise<RefreshOutcome>
  /** Whether a token of ours was made from this DII. @see https://unifiedid.com/docs/endpoints/post-token-validate */
  validateToken(advertisingToken: string, input: DiiInput, options?: CallOptions): Promise<boolean>
}

/**
 * A client of one operator with one set of credentials. It keeps no state but the imported key and the last
 * clock skew, so one per process is enough and several do no harm.
 *
 * @throws TypeError naming the option that cannot work
 * @see https://unifiedid.com/docs/getting-started/gs-environments
 * @example
 * const client = createUid2Client({ baseUrl: 'https://operator-integ.uidapi.com', apiKey, clientSecret })
 * const outcome = await client.generateToken({ email: 'user@example.com' })
 */
export function createUid2Client(options: Uid2ClientOptions): Uid2Client {
  const requests = createUid2Requests(options)
  const timeoutMs = requireTimeout(options.timeoutMs ?? 1500, 'timeoutMs')
  const retries = requireRetries(options.retries ?? 2)
  // Looked up at each call: frameworks and tests replace the global one after modules have loaded.
  const send: typeof fetch = requireFunction(options.fetch ?? ((url, init) => fetch(url, init)), 'fetch')

  // Each attempt prepares its own request: an envelope carries its time, and operators refuse old ones.
  const call = async <Outcome>(
    prepare: () => Promise<PreparedRequest<Outcome>>,
    { signal, timeoutMs: own, fetch: ownFetch }: CallOptions,
  ): Promise<Outcome> => {
    const sendThis = ownFetch === undefined ? send : requireFunction(ownFetch, 'fetch')
    return withDeadline(
      (deadline) => {
        const attempt = async () => {
          const request = await prepare()
          return request.read(await exchange(sendThis, request, deadline.stop))
        }
        return retrying(attempt, retries, deadline, Math.random)
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
