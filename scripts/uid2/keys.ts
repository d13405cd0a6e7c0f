import { makeKeyRequest, openKeyResponse } from '#lib/sandbox/buyer/envelope.ts'
import type { KeyRing } from '#lib/sandbox/buyer/keys.ts'
import { Uid2Error, type Uid2ErrorCode } from '#lib/uid2/index.ts'
import { type Context, UsageError } from '../command-line/command.ts'
import type { Credentials } from './credentials.ts'
import type { Secrets } from './token-layout.ts'

export interface Keys {
  readonly secrets: Secrets
  /** Further data for a buyer, only in a key endpoint's response. */
  readonly ring: KeyRing | undefined
}

interface ListedKey {
  readonly id: number
  readonly expires: number | undefined
  readonly secret: Buffer
}

/** Reads a response of `/v2/key/bidstream` or `/v2/key/sharing`, its body alone, or `{"101": "base64"}`. */
export function parseKeys(json: string): Keys {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw new UsageError('The keys are not JSON.')
  }
  return toKeys(value)
}

function toKeys(value: unknown): Keys {
  const outer = fields(value)
  const body = fields(outer.body ?? value)
  const listed = Array.isArray(body.keys) ? body.keys.map(listedKey) : Object.entries(body).map(namedKey)
  if (listed.length === 0) throw new UsageError('The keys are empty.')
  return { secrets: new Map(listed.map(({ id, secret }) => [id, secret])), ring: ringOf(body, listed) }
}

function listedKey(item: unknown): ListedKey {
  const { id, expires, secret } = fields(item)
  return {
    id: keyId(id),
    expires: typeof expires === 'number' ? expires : undefined,
    secret: keySecret(secret),
  }
}

const namedKey = ([id, secret]: [string, unknown]): ListedKey => ({
  id: keyId(Number(id)),
  expires: undefined,
  secret: keySecret(secret),
})

function ringOf(body: Record<string, unknown>, listed: readonly ListedKey[]): KeyRing | undefined {
  const lifetime = body.max_bidstream_lifetime_seconds
  const { allow_clock_skew_seconds: skew, identity_scope: scope } = body
  if (typeof lifetime !== 'number' || typeof skew !== 'number') return undefined
  return {
    secrets: new Map(
      listed.map(({ id, secret, expires = Number.POSITIVE_INFINITY }) => [
        id,
        { secret, expiresAt: expires * 1000 },
      ]),
    ),
    maxLifetimeMs: lifetime * 1000,
    clockSkewMs: skew * 1000,
    scope: scope === 'EUID' ? 'euid' : 'uid2',
  }
}

/**
 * Asks the operator for keys. That needs the key of a buyer (ID_READER) or sharer. Publishers' keys have
 * neither role.
 */
export async function fetchKeys(credentials: Credentials, { now }: Pick<Context, 'now'>): Promise<Keys> {
  const secret = Buffer.from(credentials.clientSecret, 'base64')
  for (const path of ['/v2/key/bidstream', '/v2/key/sharing']) {
    const { body, nonce } = makeKeyRequest(secret, now())
    const reply = await post(credentials, path, body)
    if (reply.status === 200) return opened(secret, reply.body, nonce)
    // This key may have access to the other endpoint.
    if (reply.status !== 401 && reply.status !== 404) throw refusal(reply.status)
  }
  throw operatorError(
    'unauthorized',
    'UID2_API_KEY may not read keys: use the API key of a buyer or sharer',
    401,
  )
}

async function post({ baseUrl, apiKey, timeoutMs }: Credentials, path: string, body: Uint8Array) {
  try {
    const response = await fetch(baseUrl.replace(/\/+$/, '') + path, {
      method: 'POST',
      headers: { Authorization: `Bearer ${apiKey}`, 'Content-Type': 'text/plain' },
      body: Buffer.from(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { status: response.status, body: Buffer.from(await response.arrayBuffer()) }
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError')
      throw operatorError('timeout', `no complete answer within ${timeoutMs} ms`)
    throw operatorError('network', 'the connection to the operator failed')
  }
}

function opened(secret: Buffer, body: Buffer, nonce: Uint8Array): Keys {
  try {
    return toKeys(openKeyResponse(secret, body, nonce))
  } catch {
    throw operatorError('bad_response', 'the answer is not a list of keys sealed with our secret', 200)
  }
}

function refusal(status: number): Uid2Error {
  const code =
    status >= 500
      ? 'server_error'
      : status === 429
        ? 'rate_limited'
        : status >= 400
          ? 'client_error'
          : 'redirected'
  return operatorError(code, `the operator answered HTTP ${status}`, status)
}

function operatorError(code: Uid2ErrorCode, message: string, httpStatus?: number): Uid2Error {
  return new Uid2Error(code, message, { httpStatus })
}

const fields = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

function keyId(id: unknown): number {
  if (typeof id === 'number' && Number.isInteger(id)) return id
  throw new UsageError('A key has no numeric id.')
}

function keySecret(secret: unknown): Buffer {
  const bytes = typeof secret === 'string' ? Buffer.from(secret, 'base64') : undefined
  if (bytes?.length === 32) return bytes
  throw new UsageError('A key is not base64 of 32 bytes.')
}
