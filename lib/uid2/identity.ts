import { isOpaqueText } from './arguments'
import { decode32Bytes } from './base64'
import { Uid2Error } from './errors'
import { type Product, productOfToken } from './product'

/**
 * The result of a generate or refresh. Tokens are opaque and case-sensitive, times are Unix ms. Their
 * distances are the operator's choice and change. Unknown fields of a later operator are kept.
 *
 * @see https://unifiedid.com/docs/endpoints/post-token-generate
 */
export type Identity = {
  /** For the bid request. The only field that advertising needs. */
  readonly advertising_token: string
  readonly refresh_token: string
  /** From then on the advertising token is invalid. */
  readonly identity_expires: number
  /** From then on the identity should be refreshed. */
  readonly refresh_from: number
  /** From then on it cannot be refreshed. */
  readonly refresh_expires: number
  /** The key of the response to the next refresh. Each refresh returns a new refresh token and key. */
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

/** A new identity, parsed and as JSON. */
export interface IssuedIdentity {
  readonly identity: Identity
  /**
   * The identity as JSON, exactly as the operator wrote it: for the browser SDK's `init({ identity })`, for
   * Prebid's `params.uid2Token`, or to store.
   */
  readonly identityJson: string
}

/**
 * Checks that a value from outside (an operator, a cookie, a file) is an identity, and copies it. A string is
 * parsed as JSON.
 *
 * @throws Uid2Error `bad_response`, naming the field
 * @see https://unifiedid.com/docs/endpoints/post-token-refresh
 * @example parseIdentity(await readFile('identity.json', 'utf8'))
 */
export function parseIdentity(value: unknown): Identity {
  // Copied before the check, so that the checked values are the returned ones.
  const fields: Record<string, unknown> = { ...Object(typeof value === 'string' ? parseJson(value) : value) }
  for (const [name, holds] of Object.entries(FIELDS)) {
    if (!holds(fields[name])) {
      throw new Uid2Error('bad_response', `the identity's ${name} is missing or malformed`)
    }
  }
  return fields as Identity
}

/**
 * The identity in a response. Its JSON is cut out of the response's text, because a parser rounds large
 * numbers.
 */
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
    // No cause: a SyntaxError quotes the text, which contains tokens.
    throw new Uid2Error('bad_response', 'the identity is not JSON')
  }
}

/**
 * Whether the identity should be refreshed: from `refresh_from` on, or when the token has expired. `now` in
 * Unix ms.
 *
 * Each of the three times counts from its own millisecond on, as in the browser SDK. (The Java SDK waits for
 * the next one. The Python SDK compares seconds with milliseconds, so nothing is ever due.)
 *
 * @see https://unifiedid.com/docs/ref-info/ref-tokens
 * @example if (isDueForRefresh(identity, Date.now())) await client.refreshToken(identity)
 */
export function isDueForRefresh(identity: Identity, now: number): boolean {
  return now >= identity.refresh_from || hasExpired(identity, now)
}

/**
 * Whether a refresh can still succeed. `false`: drop the identity and generate a new one. `now` in Unix ms.
 *
 * @see https://unifiedid.com/docs/ref-info/ref-tokens
 * @example if (!isRefreshable(identity, Date.now())) forget(identity)
 */
export function isRefreshable(identity: Identity, now: number): boolean {
  return now < identity.refresh_expires
}

/**
 * Whether the advertising token has expired and must not be given out. `now` in Unix ms.
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

/**
 * The unchanged text of one member of a JSON object. `JSON.parse` would change numbers beyond 2^53. When a
 * name is there twice, the last counts, as in `JSON.parse`.
 *
 * @param json valid JSON
 */
export function memberText(json: string, name: string): string | undefined {
  let depth = 0
  let key: string | undefined
  let begin = 0
  let found: string | undefined
  for (let i = 0; i < json.length; i++) {
    const character = json[i]
    if (character === '"') {
      const end = endOfString(json, i)
      if (depth === 1) key ??= json.slice(i, end + 1)
      i = end
    } else if (character === '{' || character === '[') depth++
    else if (depth === 1 && character === ':') begin = i + 1
    else if (depth === 1 && (character === ',' || character === '}')) {
      if (key !== undefined && JSON.parse(key) === name) found = json.slice(begin, i).trim()
      key = undefined
    } else if (character === '}' || character === ']') depth--
  }
  return found
}

/** Finds the closing quote of a string: the first one after an even number of backslashes. */
function endOfString(json: string, opening: number): number {
  for (let end = json.indexOf('"', opening + 1); ; end = json.indexOf('"', end + 1)) {
    let escapes = 0
    while (json[end - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return end
  }
}
