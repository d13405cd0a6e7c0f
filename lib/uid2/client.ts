import { argumentError, requireOpaqueText, requireTimeout } from './arguments.ts'
import { decode32Bytes } from './base64.ts'
import type { DiiInput } from './dii.ts'
import { importKey, type Sealing } from './envelope.ts'
import { buildGenerateRequest, type GenerateOutcome, readGenerateReply } from './generate.ts'
import type { Identity } from './identity.ts'
import { buildRefreshRequest, type RefreshOutcome, readRefreshReply } from './refresh.ts'
import { type OperatorRequest, send, type Transport } from './transport.ts'
import { buildValidateRequest, readValidateReply } from './validate.ts'

export interface Uid2ClientOptions {
  /** The operator, such as `https://prod.uidapi.com` or `https://prod.euid.eu`; a path is kept. */
  baseUrl: string
  apiKey: string
  /** Base64 of 32 bytes. */
  clientSecret: string
  /** The longest that a call may take, in ms (1500). */
  timeoutMs?: number
  /** `true` sends addresses as they are and lets the operator hash them (`false`). */
  sendRaw?: boolean
  fetch?: typeof fetch
  /** Unix ms. */
  now?: () => number
  randomBytes?: (length: number) => Uint8Array
}

export interface CallOptions {
  signal?: AbortSignal
  /** Instead of the client's, in ms. */
  timeoutMs?: number
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
 * A client of one operator with one set of credentials. It keeps no state but the imported key, so one
 * per process is enough and several do no harm.
 *
 * @throws TypeError naming the option that cannot work
 * @see https://unifiedid.com/docs/getting-started/gs-environments
 * @example
 * const client = createUid2Client({ baseUrl: 'https://operator-integ.uidapi.com', apiKey, clientSecret })
 * const outcome = await client.generateToken({ email: 'user@example.com' })
 */
export function createUid2Client(options: Uid2ClientOptions): Uid2Client {
  const secret = decode32Bytes(options.clientSecret)
  if (!secret) throw argumentError('clientSecret', 'must be base64 of exactly 32 bytes')
  const transport: Transport = {
    baseUrl: requireBaseUrl(options.baseUrl),
    apiKey: requireOpaqueText(options.apiKey, 'apiKey'),
    // Looked up at each call: frameworks and tests replace the global one after modules have loaded.
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    now: options.now ?? Date.now,
  }
  const randomBytes = options.randomBytes ?? ((length) => crypto.getRandomValues(new Uint8Array(length)))
  const timeoutMs = requireTimeout(options.timeoutMs ?? 1500, 'timeoutMs')
  const fields = { sendRaw: options.sendRaw ?? false }

  // Imported once, and on first use: some edge runtimes forbid cryptography while modules load.
  let imported: Promise<CryptoKey> | undefined
  const sealing = async (): Promise<Sealing> => {
    imported ??= importKey(secret)
    return { key: await imported, now: transport.now, randomBytes }
  }
  const call = (request: OperatorRequest, { signal, timeoutMs: own }: CallOptions) =>
    send(transport, request, own === undefined ? timeoutMs : requireTimeout(own, 'timeoutMs'), signal)

  return {
    async generateToken(input, { tcfConsentString, ...callOptions } = {}) {
      const seal = await sealing()
      const request = await buildGenerateRequest(seal, input, { ...fields, tcfConsentString })
      return readGenerateReply(seal.key, request.nonce, await call(request, callOptions))
    },
    async refreshToken(identity, callOptions = {}) {
      return readRefreshReply(identity, await call(buildRefreshRequest(identity), callOptions))
    },
    async validateToken(advertisingToken, input, callOptions = {}) {
      const seal = await sealing()
      const request = await buildValidateRequest(seal, advertisingToken, input, fields)
      return readValidateReply(seal.key, request.nonce, await call(request, callOptions))
    },
  }
}

/** A trailing slash is tolerated, because `//v2/…` is another path to the operator. */
function requireBaseUrl(baseUrl: unknown): string {
  const url = typeof baseUrl === 'string' && URL.canParse(baseUrl) ? new URL(baseUrl) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw argumentError('baseUrl', 'must be an http(s) URL without credentials, query or fragment')
  }
  return url.href.replace(/\/+$/, '')
}
