import { isOpaqueText } from './arguments'
import { decode32Bytes } from './base64'
import { Uid2Error } from './errors'
import { memberText } from './json'
import { type Product, productOfToken } from './token-product'

/**
 * What a successful generate or refresh yields. Tokens are opaque and case-sensitive, times are Unix ms;
 * how far apart they are is the operator's business and changes. A field that a later operator adds is
 * kept as it came.
 *
 * @see https://unifiedid.com/docs/endpoints/post-token-generate
 */
export type Identity = {
  /** For the bid request; the only field that advertising needs. */
  readonly advertising_token: string
  readonly refresh_token: string
  /** From here on the advertising token is dead. */
  readonly identity_expires: number
  /** From here on the identity should be refreshed. */
  readonly refresh_from: number
  /** From here on it cannot be refreshed any more. */
  readonly refresh_expires: number
  /** Opens the answer to the refresh of `refresh_token`; every answer brings a new pair. */
  readonly refresh_response_key: string
}

const FIELDS: { readonly [Field in keyof Identity]: (value: unknown) => boolean } = {
  advertising_token: isOpaqueText,
  refresh_token: isOpaqueText,
  identity_expires: isTime,
  refresh_from: isTime,
  refresh_expires: isTime,
  refresh_response_key: (value) => decode32Bytes(value) !== undefined,
}

/** A fresh identity, in both shapes that one needs. */
export interface IssuedIdentity {
  readonly identity: Identity
  /**
   * The same as JSON, character for character as the operator wrote it: for the browser SDK's
   * `init({ identity })`, for Prebid's `params.uid2Token`, or to be kept.
   */
  readonly identityJson: string
}

/**
 * Checks that a value from outside (an operator, a cookie, a file) is an identity and copies it. Text is
 * taken for its JSON.
 *
 * @throws Uid2Error `bad_response`, naming the field
 * @see https://unifiedid.com/docs/endpoints/post-token-refresh
 * @example parseIdentity(await readFile('identity.json', 'utf8'))
 */
export function parseIdentity(value: unknown): Identity {
  // Copied before it is checked, so that what was checked is what the caller gets.
  const fields: Record<string, unknown> = { ...Object(typeof value === 'string' ? parseJson(value) : value) }
  for (const [name, holds] of Object.entries(FIELDS)) {
    if (!holds(fields[name])) {
      throw new Uid2Error('bad_response', `the identity's ${name} is missing or malformed`)
    }
  }
  return fields as Identity
}

/** The identity in an answer. Its JSON is cut out of the answer's, because a parser rounds what it reads. */
export function readIdentity(
  { json, body }: { json: string; body: unknown },
  product: Product | undefined,
): IssuedIdentity {
  const identity = parseIdentity(body)
  const found = productOfToken(identity.advertising_token)
  if (product !== undefined && found !== undefined && found !== product) {
    throw new Uid2Error(
      'wrong_product',
      `the token is one of ${found.toUpperCase()}; ${product.toUpperCase()} was asked for`,
      { reason: 'wrong_product' },
    )
  }
  return { identity, identityJson: memberText(json, 'body') ?? '' }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No cause: a SyntaxError quotes the text, and that holds tokens.
    throw new Uid2Error('bad_response', 'the identity is not JSON')
  }
}

/**
 * The three marks are reached in their own millisecond, as in the browser SDK. (The Java SDK waits for the
 * next one; its Python twin compares seconds with milliseconds and never gets there.)
 *
 * `true` from `refresh_from` on, or when the token is dead already. `now` in Unix ms.
 *
 * @see https://unifiedid.com/docs/ref-info/ref-tokens
 * @example if (isDueForRefresh(identity, Date.now())) await client.refreshToken(identity)
 */
export function isDueForRefresh(identity: Identity, now: number): boolean {
  return now >= identity.refresh_from || hasExpired(identity, now)
}

/**
 * Whether a refresh can still succeed. `false` means: drop it and generate anew. `now` in Unix ms.
 *
 * @see https://unifiedid.com/docs/ref-info/ref-tokens
 * @example if (!isRefreshable(identity, Date.now())) forget(identity)
 */
export function isRefreshable(identity: Identity, now: number): boolean {
  return now < identity.refresh_expires
}

/**
 * Whether the advertising token is dead and must not be handed to anyone. `now` in Unix ms.
 *
 * @see https://unifiedid.com/docs/ref-info/ref-tokens
 * @example const token = hasExpired(identity, Date.now()) ? undefined : identity.advertising_token
 */
export function hasExpired(identity: Identity, now: number): boolean {
  return now >= identity.identity_expires
}

function isTime(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0
}
