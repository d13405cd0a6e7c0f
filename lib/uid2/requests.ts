import { requireApiKey } from './api-key'
import { argumentError, requireBoolean, requireFunction } from './arguments'
import { decode32Bytes, encodeBase64 } from './base64'
import { createClock } from './clock'
import type { DiiInput } from './dii'
import { importKey, type Sealing, sealRequest } from './envelope'
import { type GenerateOutcome, generateFields, readGenerateReply } from './generate'
import type { Identity } from './identity'
import { type RefreshOutcome, readRefreshReply, refreshPair } from './refresh'
import type { HttpReply, Reading, Wire } from './reply'
import type { Product } from './token-product'
import { readValidateReply, validateFields } from './validate'

/** The operator, the credentials, and how requests are made. Times are Unix ms. */
export interface Uid2RequestOptions {
  /** The operator, such as `https://prod.uidapi.com` or `https://prod.euid.eu`; a path is kept. */
  baseUrl: string
  apiKey: string
  /** Base64 of 32 bytes. */
  clientSecret: string
  /**
   * When given, an answer with a token of the other product is a `Uid2Error` `wrong_product`. An operator serves one
   * product, so this finds a base URL of the other, whose calls all succeed.
   */
  product?: Product
  /** `true` sends addresses as they are and lets the operator hash them (`false`). */
  sendRaw?: boolean
  /** How envelopes travel: as base64 text, or as `application/octet-stream` (`'base64'`). */
  wire?: Wire
  /** Unix ms. */
  now?: () => number
  randomBytes?: (length: number) => Uint8Array
  /**
   * Told by every sealed answer, in ms, how far the operator's clock is ahead of ours; the time that the
   * answer was on its way is part of it. From a minute on requests may be refused. It must not throw.
   */
  onClockSkew?: (clockSkewMs: number) => void
}

/**
 * One request, to be sent by any HTTP client within a minute, and the reader of its reply. Sealed for one
 * attempt: prepare another for the next.
 */
export interface PreparedRequest<Outcome> {
  readonly url: string
  readonly method: 'POST'
  /** They hold the API key: follow no redirect with them. */
  readonly headers: Readonly<Record<string, string>>
  /** Bytes when `wire` is `'binary'` and the request is sealed. */
  readonly body: string | Uint8Array<ArrayBuffer>
  /**
   * What the reply means, whatever its HTTP status.
   *
   * @throws Uid2Error for everything that is not an outcome
   * @throws TypeError when `reply` is none
   * @see docs/protocol.md
   */
  read(reply: HttpReply): Promise<Outcome>
}

/** `Uid2Client` for callers who send for themselves. All methods reject with `TypeError` for their arguments. */
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

/** Operators count callers by it. */
const CLIENT_VERSION = 'uid2-reference-publisher-0.1.0'

/**
 * Builds requests and reads replies, and leaves the sending to an HTTP client of yours. `createUid2Client`
 * is this with `fetch`, a time-out and retries around it.
 *
 * @throws TypeError naming the option that cannot work
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
    // Anything but application/octet-stream means base64 both ways.
    'Content-Type': wire === 'binary' ? 'application/octet-stream' : 'text/plain',
    'X-UID2-Client-Version': CLIENT_VERSION,
  }

  // Imported once, and on first use: some edge runtimes forbid cryptography while modules load.
  let imported: Promise<CryptoKey> | undefined
  const key = () => (imported ??= importKey(secret))
  const sealing = async (): Promise<Sealing> => ({ key: await key(), now: clock.now, randomBytes })

  const prepare = <Outcome>(
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    read: (reading: Reading, reply: HttpReply) => Promise<Outcome>,
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
      const { body, responseKey } = refreshPair(identity)
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

/** A trailing slash is tolerated, because `//v2/…` is another path to the operator. */
function requireBaseUrl(baseUrl: unknown): string {
  const url = typeof baseUrl === 'string' && URL.canParse(baseUrl) ? new URL(baseUrl) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw argumentError('baseUrl', 'must be an http(s) URL without credentials, query or fragment')
  }
  // Without a bare `?` or `#`, which would turn the path of the call into a query or a fragment.
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
