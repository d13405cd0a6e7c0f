import { argumentError, requireOpaqueText } from './arguments'

/** What an API key says about itself. */
export interface ApiKeyDescription {
  readonly product: 'uid2' | 'euid'
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
