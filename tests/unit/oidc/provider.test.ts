import { createHash, randomBytes } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type OidcProviderOptions,
  type RunningOidcProvider,
  startOidcProvider,
} from '../../../scripts/oidc/provider.ts'
import { chooseAccount } from '../../support/provider-visitor.ts'

const redirectUri = 'http://localhost:3000/api/auth/callback/oidc'
const verifier = randomBytes(32).toString('base64url')
let provider: RunningOidcProvider
afterEach(() => provider.stop())

const start = async (options: Partial<OidcProviderOptions> = {}) => {
  provider = await startOidcProvider({ redirectUris: [redirectUri], ...options })
}

function authorization(change: Record<string, string | undefined> = {}): URL {
  const parameters = {
    client_id: provider.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid email phone',
    state: 's',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...change,
  }
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return new URL(`${provider.issuer}/auth?${new URLSearchParams(given)}`)
}

/** What a client gets of an account, in the id_token and from the userinfo endpoint. */
async function readAccount(account: Parameters<typeof chooseAccount>[1]) {
  const back = await chooseAccount(authorization(), account)
  const { clientId, clientSecret, issuer } = provider
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: back.searchParams.get('code') ?? '',
      redirect_uri: redirectUri,
      code_verifier: verifier,
    }),
  })
  const tokens = (await answer.json()) as { id_token: string; access_token: string }
  const userinfo = await fetch(`${issuer}/me`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  })
  return { idToken: decodeJwt(tokens.id_token), userinfo: (await userinfo.json()) as object }
}

describe('the local OpenID provider', () => {
  it('returns addresses only at its userinfo endpoint, as the standard says', async () => {
    await start()
    for (const account of ['verified', 'relay', 'local-phone', 'no-email'] as const) {
      const { idToken, userinfo } = await readAccount(account)
      expect(userinfo).toEqual({ sub: account, ...provider.accounts[account].claims })
      expect(idToken).toMatchObject({ sub: account, iss: provider.issuer })
      expect(Object.keys(idToken)).not.toContain('email')
    }
  })

  it('returns them in the id_token on request', async () => {
    await start({ claimsIn: 'id_token' })
    const { idToken } = await readAccount('both')
    expect(idToken).toMatchObject(provider.accounts.both.claims)
  })

  it('can be given other claims for an account', async () => {
    await start()
    provider.setClaims('verified', { email: 'moved@example.com', email_verified: false })
    const { userinfo } = await readAccount('verified')
    expect(userinfo).toEqual({ sub: 'verified', email: 'moved@example.com', email_verified: false })
  })

  it('reports that no account was chosen', async () => {
    await start()
    const back = await chooseAccount(authorization(), 'cancel')
    expect(back.searchParams.get('error')).toBe('access_denied')
    expect(back.searchParams.get('state')).toBe('s')
  })

  it('refuses a request without PKCE, and one with another redirect URI', async () => {
    await start()
    const without = authorization({ code_challenge: undefined, code_challenge_method: undefined })
    expect((await chooseAccount(without, 'verified')).searchParams.get('error')).toBe('invalid_request')
    const elsewhere = await fetch(authorization({ redirect_uri: 'http://localhost:3000/elsewhere' }))
    expect(elsewhere.status).toBe(400)
    expect(await elsewhere.text()).toContain('The request was refused: invalid_redirect_uri.')
  })
})
