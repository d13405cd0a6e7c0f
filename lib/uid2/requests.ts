import { argumentError, requireBoolean, requireFunction } from './arguments'
import { decode32Bytes, encodeBase64 } from './base64'
import { createClock } from './clock-skew'
import type { DiiInput } from './dii'
import { importKey, type Sealing, sealRequest } from './envelope'
import { type GenerateOutcome, generateFields, readGenerateReply } from './generate'
import type { Identity } from './identity'
import type { Product } from './product'
import { requireApiKey } from './product'
import { type RefreshOutcome, readRefreshReply, refreshBody } from './refresh'
import type { HttpReply, ReplyContext, Wire } from './reply'
import { readValidateReply, validateFields } from './validate'
import { version } from './version'

/** The operator, the credentials, and how requests are built. Times are Unix ms. */
export interface Uid2RequestOptions {
  /** The operator, such as `https://prod.uidapi.com` or `https://prod.euid.eu`. A path is kept. */
  baseUrl: string
  apiKey: string
  /** Base64 of 32 bytes. */
  clientSecret: string
  /**
   * When set, a response with a token of the other product is a `Uid2Error` `wrong_product`. This finds a
   * base URL of the other product, whose calls would all succeed.
   */
  product?: Product
  /** `true` sends addresses unhashed and lets the operator hash them (`false`). */
  sendRaw?: boolean
  /** Encoding of envelopes: base64 text, or `application/octet-stream` (`'base64'`). */
  wire?: Wire
  /** Unix ms. */
  now?: () => number
  randomBytes?: (length: number) => Uint8Array
  /**
   * Called at every encrypted response with how far the operator's clock is ahead of ours, in ms. The network
   * delay of the response is part of it. From a minute on requests may be rejected. It must not throw.
   */
  onClockSkew?: (clockSkewMs: number) => void
}

/**
 * One request, to be sent by any HTTP client within a minute, and the reader of its reply. It is valid for
 * one attempt: prepare another for the next.
 */
export interface PreparedRequest<Outcome> {
  readonly url: string
  readonly method: 'POST'
  /** They contain the API key: do not follow a redirect with them. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes when `wire` is `'binary'` and the request is sealed. */
  readonly body: string | Uint8Array<ArrayBuffer>
  /**
   * Interprets the reply, whatever its HTTP status.
   *
   * @throws Uid2Error for everything that is not an outcome
   * @throws TypeError when `reply` is not a reply
   * @see docs/protocol.md
   */
  read(reply: HttpReply): Promise<Outcome>
}

/**
 * `Uid2Client` for callers who send requests themselves. All methods reject with `TypeError` for invalid
 * arguments.
 */
export interface Uid2Requests {
  /** @see https://unifiedid.com/docs/endpoints/post-token-generate */
  generateToken(
    input: DiiInput,
    options?: { tcfConsentString?: string },
  ): Promise<PreparedRequest<GenerateOutcome>>
  /** @see https://unifiedid.com/docs/endpoints/post-token-refresh */
  refreshToken(identity: Identity): Promise<PreparedRequest<RefreshOutcome>>
  /** @see https://unifiedid.com/docs/endpoints/post-token-validate */
  validateToken(advertisingToken: string, input: DiiInput): Promise<PreparedRequest<boolean>>
}

/** Operators use it for statistics of SDK versions. */
const CLIENT_VERSION = `uid2-reference-publisher-${version}`

/**
 * Builds requests and reads replies, and leaves the sending to your HTTP client. `createUid2Client` adds
 * `fetch`, a time-out and retries.
 *
 * @throws TypeError naming the invalid option
 * @see https://unifiedid.com/docs/getting-started/gs-encryption-decryption
 * @example
 * const request = await requests.generateToken({ email: 'user@example.com' })
 * const response = await fetch(request.url, { ...request, redirect: 'manual' })
 * const { status, headers } = response
 * const outcome = await request.read({ status, headers, body: await response.text() })
 */
export function createUid2Requests(options: Uid2RequestOptions): Uid2Requests {
  const secret = decode32Bytes(options.clientSecret)
  if (!secret) throw argumentError('clientSecret', 'must be base64 of exactly 32 bytes')
  const baseUrl = requireBaseUrl(options.baseUrl)
  const wire = requireWire(options.wire)
  const product = requireProduct(options.product)
  const clock = createClock(
    requireFunction(options.now ?? Date.now, 'now'),
    options.onClockSkew && requireFunction(options.onClockSkew, 'onClockSkew'),
  )
  const randomBytes = requireFunction(
    options.randomBytes ?? ((length: number) => crypto.getRandomValues(new Uint8Array(length))),
    'randomBytes',
  )
  const sendRaw = requireBoolean(options.sendRaw ?? false, 'sendRaw')
  const apiKey = requireApiKey(options.apiKey, options.clientSecret)
  const headers = {
    Authorization: `Bearer ${apiKey}`,
    // Any other type than application/octet-stream means base64 both ways.
    'Content-Type': wire === 'binary' ? 'application/octet-stream' : 'text/plain',
    'X-UID2-Client-Version': CLIENT_VERSION,
  }

  // Imported once, at first use: some edge runtimes forbid cryptography while modules load.
  let imported: Promise<CryptoKey> | undefined
  const key = () => (imported ??= importKey(secret))
  const sealing = async (): Promise<Sealing> => ({ key: await key(), now: clock.now, randomBytes })

  const prepare = <Outcome>(
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    read: (reading: ReplyContext, reply: HttpReply) => Promise<Outcome>,
  ): PreparedRequest<Outcome> => {
    const reading = { key, wire, clock, product, sent: typeof body === 'string' ? [apiKey, body] : [apiKey] }
    return {
      url: baseUrl + path,
      method: 'POST',
      headers: { ...headers },
      body,
      read: (reply) => read(reading, reply),
    }
  }
  const encode = (envelope: Uint8Array<ArrayBuffer>) =>
    wire === 'binary' ? envelope : encodeBase64(envelope)

  return {
    async generateToken(input, { tcfConsentString } = {}) {
      const fields = await generateFields(input, { sendRaw, tcfConsentString })
      const { envelope, nonce } = await sealRequest(await sealing(), JSON.stringify(fields))
      return prepare('/v2/token/generate', encode(envelope), (reading, reply) =>
        readGenerateReply(reading, nonce, reply),
      )
    },
    async refreshToken(identity) {
      const { body, responseKey } = refreshBody(identity)
      return prepare('/v2/token/refresh', body, (reading, reply) =>
        readRefreshReply(reading, responseKey, reply),
      )
    },
    async validateToken(advertisingToken, input) {
      const fields = await validateFields(advertisingToken, input, sendRaw)
      const { envelope, nonce } = await sealRequest(await sealing(), JSON.stringify(fields))
      return prepare('/v2/token/validate', encode(envelope), (reading, reply) =>
        readValidateReply(reading, nonce, reply),
      )
    },
  }
}

/** A trailing slash is removed, because `//v2/…` is another path for the operator. */
function requireBaseUrl(baseUrl: unknown): string {
  const url = typeof baseUrl === 'string' && URL.canParse(baseUrl) ? new URL(baseUrl) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw argumentError('baseUrl', 'must be an http(s) URL without credentials, query or fragment')
  }
  // Drops a bare `?` or `#`, which would turn the call's path into a query or fragment.
  return (url.origin + url.pathname).replace(/\/+$/, '')
}

function requireWire(wire: unknown = 'base64'): Wire {
  if (wire === 'base64' || wire === 'binary') return wire
  throw argumentError('wire', "must be 'base64' or 'binary'")
}

function requireProduct(product: unknown): Product | undefined {
  if (product === undefined || product === 'uid2' || product === 'euid') return product
  throw argumentError('product', "must be 'uid2' or 'euid', or absent")
}
