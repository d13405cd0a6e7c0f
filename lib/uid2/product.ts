import { argumentError, requireOpaqueText } from './arguments'
import { decodeBase64 } from './base64'

export type Product = 'uid2' | 'euid'

/** What an API key says about itself. */
export interface ApiKeyDescription {
  readonly product: Product
  /** Publishers and DSPs have `client` keys. `operator` keys are for companies that run operators. */
  readonly role: 'client' | 'operator'
  readonly environment: 'local' | 'test' | 'integ' | 'prod'
  readonly siteId: number
}

const API_KEY = /^(UID2|EUID)-([CO])-([LTIP])-(\d{1,9})-[^-]{6}\.[^-]{38}$/
const ENVIRONMENTS = { L: 'local', T: 'test', I: 'integ', P: 'prod' } as const

/**
 * Reads the product, environment and site that a key was issued for, which finds a key in the wrong place
 * before any call. It does not check that the key works.
 *
 * Returns `undefined` for a key of another form: early keys have none, and still work.
 *
 * @see https://unifiedid.com/docs/getting-started/gs-credentials
 * @example describeApiKey('UID2-C-I-123-…')?.environment // 'integ'
 */
export function describeApiKey(apiKey: string): ApiKeyDescription | undefined {
  const [, product, role, environment, siteId] = API_KEY.exec(apiKey) ?? []
  if (!environment) return undefined
  return {
    product: product === 'EUID' ? 'euid' : 'uid2',
    role: role === 'O' ? 'operator' : 'client',
    environment: ENVIRONMENTS[environment as keyof typeof ENVIRONMENTS],
    siteId: Number(siteId),
  }
}

/**
 * Rejects a value that cannot be a client's key, for which the operator would only answer 401. Early keys
 * look like a secret, base64 of 32 bytes, so only the secret itself is recognised as a mix-up.
 */
export function requireApiKey(value: unknown, clientSecret: string): string {
  const apiKey = requireOpaqueText(value, 'apiKey')
  if (apiKey === clientSecret) throw argumentError('apiKey', 'must be the API key; this is the client secret')
  if (describeApiKey(apiKey)?.role === 'operator') {
    throw argumentError('apiKey', 'must be a client’s key; this is an operator’s')
  }
  return apiKey
}

/** The second byte of versions 3 and 4 of advertising tokens, whose first byte contains the product. */
const VERSIONS: ReadonlySet<number | undefined> = new Set([0x70, 0x80])
const EUID = 0x10

/** The product of an advertising token. `undefined` when it has none, as in version 2. */
export function productOfToken(token: string): Product | undefined {
  const [first = 0, version] = decodeBase64(token.slice(0, 4)) ?? []
  if (!VERSIONS.has(version)) return undefined
  return (first & EUID) === 0 ? 'uid2' : 'euid'
}
