import 'server-only'
import type { TokenEndpointHandler, UserinfoEndpointHandler } from 'next-auth/providers/index'
import { env } from '../env/env'
import { logEvent } from '../observe/log'
import { type Claims, mergeClaims } from './claims'
import { faultCode } from './provider-fault'
import { selectVerifiedDii } from './select-verified-dii'

type OpenIdClient = Parameters<NonNullable<TokenEndpointHandler['request']>>[0]['client']
type UserinfoRequest = NonNullable<UserinfoEndpointHandler['request']>
/** Exists in openid-client but not in its types. */
interface IdTokenChecks {
  validateIdToken(tokens: { id_token?: string }, ...checks: unknown[]): Promise<unknown>
}

/**
 * Signatures with the provider's private key. Never `none`, and never `HS…`, whose key is a secret that this
 * site shares: an attacker who changes the algorithm must not choose the key.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3.1
 */
const algorithms = ['RS', 'PS', 'ES'].flatMap((family) => [256, 384, 512].map((bits) => `${family}${bits}`))
const accepted: ReadonlySet<unknown> = new Set([...algorithms, 'EdDSA'])

/** The algorithm that a JWT names, if it is accepted. Pure. */
export function acceptedAlgorithm(jwt: string): string | undefined {
  try {
    const { alg } = JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()) as {
      alg?: unknown
    }
    return typeof alg === 'string' && accepted.has(alg) ? alg : undefined
  } catch {
    return undefined
  }
}

/** The same client with other metadata. Its options, such as the clock tolerance, are symbols. */
function withMetadata(client: OpenIdClient, metadata: object): OpenIdClient {
  const other = new client.issuer.Client({ ...client.metadata, ...metadata })
  for (const option of Object.getOwnPropertySymbols(client))
    Reflect.set(other, option, Reflect.get(client, option))
  return other
}

/**
 * Lets a client accept an id_token with any accepted algorithm. openid-client expects the algorithm of the
 * client's registration (RS256 by default), which the publisher may not know.
 */
export function acceptUsualAlgorithms(client: OpenIdClient): void {
  const checking = client as unknown as IdTokenChecks
  const asRegistered = checking.validateIdToken
  checking.validateIdToken = (tokens, ...checks) => {
    const algorithm = acceptedAlgorithm(tokens.id_token ?? '')
    if (algorithm === undefined) return asRegistered.call(client, tokens, ...checks)
    const other = withMetadata(client, { id_token_signed_response_alg: algorithm })
    return (other as unknown as IdTokenChecks).validateIdToken(tokens, ...checks)
  }
}

/**
 * The claims of the id_token, merged with those of the userinfo endpoint if there is one. When userinfo
 * fails, the id_token is enough if it proves an e-mail address. Otherwise one may be missing, and the sign-in
 * fails.
 */
export const openIdClaims: UserinfoRequest = async ({ client, tokens }) => {
  // next-auth's type omits `claims()`.
  const set = tokens as Extract<Parameters<typeof client.userinfo>[0], { claims(): object }>
  const proven: Claims = { ...set.claims() }
  if (client.issuer.metadata.userinfo_endpoint === undefined) return proven
  try {
    return mergeClaims(proven, await userinfo(client, set))
  } catch (error) {
    const code = `userinfo ${faultCode(error)}`
    // A response about another subject is no outage: the endpoint got another reader's token.
    // An e-mail address that is missing could be one that its owner has opted out.
    const { dii } = selectVerifiedDii('oidc', proven, env().diiPolicy)
    const enough = typeof dii !== 'string' && dii.kind === 'email'
    if (!enough || code === 'userinfo other_subject')
      throw Object.assign(new Error('userinfo failed'), { code })
    logEvent('warn', 'userinfo_failed', { code: `oidc ${code}` })
    return proven
  }
}

/** openid-client rejects a response about another subject. */
async function userinfo(
  client: OpenIdClient,
  tokens: Parameters<OpenIdClient['userinfo']>[0],
): Promise<Claims> {
  try {
    return await client.userinfo(tokens)
  } catch (error) {
    const algorithm = acceptedAlgorithm(signedResponse(error) ?? '')
    if (algorithm === undefined) throw error
    // openid-client accepts a signed response only when it expects one.
    return withMetadata(client, { userinfo_signed_response_alg: algorithm }).userinfo(tokens)
  }
}

/** A JWT that arrived where JSON was expected. */
function signedResponse(error: unknown): string | undefined {
  const { response } = error as { response?: { headers?: Record<string, unknown>; body?: unknown } }
  const isJwt = /^application\/jwt\b/i.test(String(response?.headers?.['content-type']))
  return isJwt ? String(response?.body) : undefined
}
