import { type RunningOidcProvider, startOidcProvider } from '../../scripts/oidc/provider.ts'
import { type IdentityProviders, startIdentityProviders } from './identity-providers.ts'
import { type TestOperator, testOperator } from './operator.ts'
import { freePort, type Site, startSite } from './site.ts'

/** The secrets of the shared sites: to open cookies, to make sessions, and to search for in responses. */
export const secrets = {
  SESSION_PASSWORD: 'the-password-of-the-tests'.padEnd(40, '.'),
  NEXTAUTH_SECRET: 'the-secret-of-the-tests'.padEnd(40, '.'),
  CHOICES_PEPPER: 'the-pepper-of-the-tests'.padEnd(40, '.'),
}

const settings = {
  ...secrets,
  // So that visitors with their own address share no rate limit.
  TRUST_PROXY_HOPS: '1',
  // Longer than a test delays an answer.
  UID2_TIMEOUT_MS: '30000',
  // The log must stay free of secrets also with next-auth's debug lines.
  NEXTAUTH_DEBUG: 'true',
}
/** No server listens there. */
const unreachable = {
  SMTP_URL: 'smtp://zq7user:zq7pass@127.0.0.1:1',
  MAIL_FROM: 'sign-in@news.example',
  AUTH_OIDC_ISSUER: 'http://127.0.0.1:1',
  AUTH_OIDC_ID: 'id',
  AUTH_OIDC_SECRET: 'zq7secret',
}

export interface SiteOnHttps {
  site: Site
  /** The site's public origin. It listens on plain http, behind a proxy that ends TLS. */
  origin: string
  /** Stand-ins for Google, Apple and Facebook. */
  providers: IdentityProviders
  /** The OpenID provider. */
  oidc: RunningOidcProvider
}

export interface SiteWithOperator {
  site: Site
  operator: TestOperator
}

/**
 * Files that need the same settings share a site, one in each process of the tests: starting it takes longer
 * than most tests. Each test has its own readers, and sets the operator anew. The site ends with the process.
 */
let withOperator: Promise<SiteWithOperator> | undefined
let sandbox: Promise<Site> | undefined
let https: Promise<SiteOnHttps> | undefined

/**
 * A site with its own operator, which tests control. It offers sign-in by mail and by a provider, and can reach
 * neither.
 */
export function siteWithOperator(): Promise<SiteWithOperator> {
  withOperator ??= testOperator().then(async (operator) => {
    const site = await startSite({ env: { ...operator.env, ...settings, ...unreachable } })
    return { site, operator }
  })
  return withOperator
}

/** A site in sandbox mode, which mails links to its outbox and offers a provider whose URLs need no discovery. */
export function sandboxSite(): Promise<Site> {
  const facebook = { AUTH_FACEBOOK_ID: 'id', AUTH_FACEBOOK_SECRET: 'secret' }
  sandbox ??= startSite({ env: { ...settings, ...facebook } })
  return sandbox
}

/** A sandbox site whose public origin is https, with all providers to sign in with. */
export function siteOnHttps(): Promise<SiteOnHttps> {
  https ??= startOnHttps()
  return https
}

async function startOnHttps(): Promise<SiteOnHttps> {
  const port = await freePort()
  const origin = `https://localhost:${port}`
  const oidc = await startOidcProvider({ redirectUris: [`${origin}/api/auth/callback/oidc`] })
  const providers = await startIdentityProviders()
  const env = { ...settings, ...providers.env, ...oidc.env, NEXTAUTH_URL: origin }
  return { site: await startSite({ port, env }), origin, providers, oidc }
}
