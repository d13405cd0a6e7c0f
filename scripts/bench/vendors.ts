import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/**
 * Stand-ins on loopback for the token endpoints of WorkOS, Auth0 and Supabase, with the answers that their SDKs read.
 * An address that begins with "due" gets an expired access token when it signs in. A refresh always gives a fresh one.
 */
export async function startVendors() {
  const rsa = await createIssuer('RS256')
  const ec = await createIssuer('ES256')
  const tenant = 'https://tenant.example.com'
  let refreshes = 0

  /** What the three have in common: the tokens of one answer. */
  async function issue(issuer: Issuer, sent: Record<string, string>) {
    const refresh = sent.grant_type === 'refresh_token'
    if (refresh) refreshes++
    const email = sent.email ?? sent.username ?? 'refreshed@example.com'
    const now = Math.floor(Date.now() / 1000)
    const expires_at = now + (email.startsWith('due') ? -60 : 3600)
    const claims = { sub: 'reader-1', sid: 'session-1', role: 'authenticated', email }
    const access_token = await issuer.sign({ ...claims, iss: tenant, aud: 'api', exp: expires_at })
    return { email, now, expires_at, tokens: { access_token, refresh_token: 'r'.repeat(43), expires_at } }
  }

  const routes: Record<string, (sent: Record<string, string>) => object | Promise<object>> = {
    '/sso/jwks/client': () => rsa.keys,
    async '/user_management/authenticate'(sent) {
      const { tokens, email } = await issue(rsa, sent)
      const user = {
        object: 'user',
        id: 'reader-1',
        email,
        email_verified: true,
        first_name: 'A',
        last_name: 'Reader',
      }
      return { ...tokens, user, authentication_method: 'Password' }
    },
    '/.well-known/openid-configuration': () => ({
      issuer: `${tenant}/`,
      token_endpoint: `${tenant}/oauth/token`,
      authorization_endpoint: `${tenant}/authorize`,
      jwks_uri: `${tenant}/.well-known/jwks.json`,
    }),
    async '/oauth/token'(sent) {
      const { tokens, email, now } = await issue(rsa, sent)
      const claims = { sub: 'reader-1', email, name: 'A Reader' }
      const id_token = await rsa.sign({ ...claims, iss: `${tenant}/`, aud: 'client', exp: now + 3600 })
      return {
        ...tokens,
        id_token,
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'openid profile email offline_access',
      }
    },
    '/auth/v1/.well-known/jwks.json': () => ec.keys,
    async '/auth/v1/token'(sent) {
      const { tokens, email } = await issue(ec, sent)
      const user = {
        id: 'reader-1',
        aud: 'authenticated',
        role: 'authenticated',
        email,
        app_metadata: { provider: 'email' },
      }
      return { ...tokens, user, token_type: 'bearer', expires_in: 3600 }
    },
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const route = routes[url.pathname]
    const sent = { ...(await bodyOf(request)), ...Object.fromEntries(url.searchParams) }
    response.writeHead(route ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify((await route?.(sent)) ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const secret = 'secret of the bench, 32 characters'
  return {
    /** For every peer: each reads its own. */
    env: {
      VENDOR_URL: `http://127.0.0.1:${port}`,
      SECRET: secret,
      WORKOS_API_HOSTNAME: '127.0.0.1',
      WORKOS_API_HTTPS: 'false',
      WORKOS_API_PORT: `${port}`,
      WORKOS_API_KEY: 'sk_bench',
      WORKOS_CLIENT_ID: 'client',
      WORKOS_COOKIE_PASSWORD: secret,
      NEXT_PUBLIC_WORKOS_REDIRECT_URI: 'http://localhost/callback',
      AUTH0_DOMAIN: new URL(tenant).host,
      AUTH0_CLIENT_ID: 'client',
      AUTH0_CLIENT_SECRET: secret,
      AUTH0_SECRET: secret,
      APP_BASE_URL: 'http://localhost',
      NEXTAUTH_URL: 'http://localhost',
    },
    /** Refresh grants answered so far. */
    refreshes: () => refreshes,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

type Issuer = Awaited<ReturnType<typeof createIssuer>>

async function createIssuer(alg: 'RS256' | 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const header = { alg, kid: alg, typ: 'JWT' }
  return {
    keys: { keys: [{ ...(await exportJWK(publicKey)), alg, kid: alg, use: 'sig' }] },
    sign: (claims: Record<string, unknown>) =>
      new SignJWT(claims).setProtectedHeader(header).setIssuedAt().sign(privateKey),
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
  let text = ''
  for await (const chunk of request) text += chunk
  if (text === '') return {}
  return text.startsWith('{') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text))
}
