import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair } from 'jose'
import { type AdapterPayload, type ClientMetadata, type Configuration, Provider } from 'oidc-provider'
import { type Account, type AccountClaims, type AccountId, accounts } from './accounts.ts'
import { memory } from './memory.ts'
import { accountPage, faultPage } from './pages.ts'

export interface OidcProviderOptions {
  /** Allowed redirect URIs. */
  redirectUris: string[]
  /** A free one by default. */
  port?: number
  /**
   * Where address claims are: only at the userinfo endpoint, as the standard defines for the code flow, or
   * also in the id_token, as many providers do.
   */
  claimsIn?: 'userinfo' | 'id_token'
}

/** How the provider answers this client. */
export interface Answers {
  /** The algorithm of id_tokens: RS256 by default. */
  idToken?: ClientMetadata['id_token_signed_response_alg']
  /** Signs the responses of the userinfo endpoint, which are plain JSON by default. */
  userinfo?: ClientMetadata['userinfo_signed_response_alg']
  /** The userinfo endpoint's response instead of claims. */
  userinfoFails?: { status: number; body?: string }
}

export interface RunningOidcProvider {
  issuer: string
  clientId: string
  clientSecret: string
  /** Environment variables for the site. */
  env: Record<string, string>
  accounts: typeof accounts
  /** Changes the account's claims from the next sign-in on. */
  setClaims(account: AccountId, claims: AccountClaims): void
  /** Takes effect with the next request. */
  setAnswers(answers: Answers): void
  stop(): Promise<void>
}

const signatures = [
  ...['RS', 'PS', 'ES', 'HS'].flatMap((family) => [256, 384, 512].map((bits) => `${family}${bits}` as const)),
  'EdDSA',
  'Ed25519',
] as NonNullable<NonNullable<Configuration['enabledJWA']>['idTokenSigningAlgValues']>

// Public values, of use only on this machine.
const clientId = 'the-lantern'
const clientSecret = 'for-trying-sign-in-on-this-machine'

/** A certified OpenID provider with a few accounts and no passwords, on loopback. */
export async function startOidcProvider(options: OidcProviderOptions): Promise<RunningOidcProvider> {
  const people = new Map<string, Account>(Object.entries(accounts))
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    // Not the site's host name localhost: cookies ignore ports, so the two would share them.
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  let answers: Answers = {}
  const provider = new Provider(issuer, await configuration(options, people, () => answers))
  const serve = provider.callback()
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    forgetSession(request)
    const fault = answers.userinfoFails
    if (fault && request.url === '/me') return html(response, fault.status, fault.body ?? '')
    if (!request.url?.startsWith('/interaction/')) return serve(request, response)
    interact(provider, people, request, response).catch(() => {
      html(
        response,
        400,
        faultPage('The sign-in took too long, or started in another browser. Go back to the site.'),
      )
    })
  })
  return {
    issuer,
    clientId,
    clientSecret,
    env: {
      AUTH_OIDC_ISSUER: issuer,
      AUTH_OIDC_ID: clientId,
      AUTH_OIDC_SECRET: clientSecret,
      AUTH_OIDC_NAME: 'LocalID',
    },
    accounts,
    setClaims(account, claims) {
      people.set(account, { ...accounts[account], claims })
    },
    setAnswers(changed) {
      answers = changed
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function configuration(
  { redirectUris, claimsIn = 'userinfo' }: OidcProviderOptions,
  people: Map<string, Account>,
  answers: () => Answers,
): Promise<Configuration> {
  const remembered = memory()
  const client = (): AdapterPayload => ({
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uris: redirectUris,
    id_token_signed_response_alg: answers().idToken ?? 'RS256',
    ...(answers().userinfo && { userinfo_signed_response_alg: answers().userinfo }),
  })
  return {
    // Read for each request, so that it can change.
    adapter: (model) => ({
      ...remembered(model),
      ...(model === 'Client' && { find: async (id: string) => (id === clientId ? client() : undefined) }),
    }),
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified', 'is_private_email'],
      phone: ['phone_number', 'phone_number_verified'],
    },
    conformIdTokenClaims: claimsIn === 'userinfo',
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      jwtUserinfo: { enabled: true },
    },
    enabledJWA: { idTokenSigningAlgValues: signatures, userinfoSigningAlgValues: signatures },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    jwks: { keys: await signingKeys() },
    cookies: { keys: [randomBytes(32).toString('base64')] },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 900,
      Session: 900,
    },
    findAccount(_, accountId) {
      const account = people.get(accountId)
      return account && { accountId, claims: () => ({ sub: accountId, ...account.claims }) }
    },
    // Selecting an account counts as consent, without a second page.
    async loadExistingGrant({ oidc }) {
      const accountId = oidc.session?.accountId
      if (!oidc.client || accountId === undefined) return undefined
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId })
      grant.addOIDCScope('openid email phone')
      await grant.save()
      return grant
    },
    renderError(ctx, { error }) {
      ctx.type = 'html'
      ctx.body = faultPage(`The request was refused: ${error}.`)
    },
  }
}

/** One key of each kind. The RSA key is for RS and PS. */
async function signingKeys() {
  const pairs = await Promise.all(
    (['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const).map((alg) =>
      generateKeyPair(alg, { extractable: true }),
    ),
  )
  return Promise.all(pairs.map(async ({ privateKey }) => ({ ...(await exportJWK(privateKey)), use: 'sig' })))
}

/** Forgets who signed in, so that another account can be selected without signing out here. */
function forgetSession({ headers }: IncomingMessage): void {
  const kept = (headers.cookie ?? '').split('; ').filter((cookie) => !cookie.startsWith('_session'))
  headers.cookie = kept.join('; ')
}

/** Shows the page for selecting an account, and handles the selection. */
async function interact(
  provider: Provider,
  people: Map<string, Account>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await provider.interactionDetails(request, response)
  if (request.method !== 'POST') return html(response, 200, accountPage(people))
  const chosen = new URLSearchParams(await text(request)).get('account')
  const result =
    chosen !== null && people.has(chosen)
      ? { login: { accountId: chosen } }
      : { error: 'access_denied', error_description: 'No account was chosen.' }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false })
}

function html(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
  response.end(body)
}
