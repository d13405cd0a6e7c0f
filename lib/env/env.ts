import 'server-only'
import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { processWide } from '../shared/process-wide'
import type { Product } from '../shared/products'
import { sandboxPublisher } from '../shared/sandbox-credentials'
import { readLocalSecrets, readOrCreateSecrets, type Secrets } from './local-secrets'
import { describeFaults, parseEnv } from './schema'
import type { Variables } from './variables'

export interface Env {
  /** `sandbox`: the built-in operator; `real`: the one of UID2_BASE_URL. */
  mode: 'sandbox' | 'real'
  deployed: boolean
  /** Origin of NEXTAUTH_URL. */
  origin: string
  secureCookies: boolean
  product: Product
  operator: { baseUrl: string; apiKey: string; clientSecret: string; timeoutMs: number }
  /** The address of this process, for calls to its own sandbox. */
  ownUrl: string
  /** How long a connection may wait for its next request, ms. */
  keepAliveMs: number
  /** `client`: the browser gets the whole identity and refreshes it. */
  handoff: 'server' | 'client'
  /** Whether lab pages are shown: always in the sandbox, beside a real operator with LAB=on. */
  lab: boolean
  /** The longest that a page waits for a refresh while its token is still valid, ms. */
  refreshWaitMs: number
  nextAuthSecret: string
  /** The current password first, then earlier ones, which only open. */
  sessionPasswords: readonly [string, ...string[]]
  /** The current pepper first, then earlier ones, which only find. */
  choicesPeppers: readonly [string, ...string[]]
  databaseUrl: string
  demoSignIn: boolean
  /** SANDBOX_PUBLIC: a sandbox open to everyone, so its only sign-in is the demo. */
  publicSandbox: boolean
  signIn: SignInSettings
  diiPolicy: DiiPolicy
  /** The number of proxies before this site whose X-Forwarded-For is trusted. */
  trustProxyHops: number
  gpcScope: 'account' | 'browser' | 'off'
  /** The request header, in lower case, with the reader's country from a CDN. Null: no rules by region. */
  regionHeader: string | null
  /** Where header bidding goes. Null: no header bidding. */
  prebidServer: { endpoint: string; accountId: string } | null
  /** The share of readers whose token is withheld. Null: none. */
  holdout: { percent: number; salt: string } | null
}

/** Null: not offered. */
export interface SignInSettings {
  google: { id: string; secret: string } | null
  /** `privateKey`: PKCS #8, PEM. */
  apple: { id: string; team: string; keyId: string; privateKey: string } | null
  facebook: { id: string; secret: string } | null
  oidc: { issuer: string; id: string; secret: string; name: string } | null
  mail: { url: string; from: string } | null
}

export interface DiiPolicy {
  /** In addition to the built-in domains, in lower case. */
  relayDomains: readonly string[]
  prefer: 'email' | 'phone'
}

/** A configuration fault. Its message is for the person who starts the site. */
export class EnvError extends Error {
  override name = 'EnvError'
}

/** The checked environment, read once per process. Throws `EnvError` with every fault in one message. */
export const env = (): Env => processWide('env', () => loadEnv(process.env))

/**
 * As `env`, for a command-line program, which creates no secrets. Null: the site has not created them yet.
 */
export function envForCommandLine(): Env | null {
  const read = processWide('env', () => loadEnv(process.env, readLocalSecrets))
  return read.choicesPeppers[0] === '' ? null : read
}

export function loadEnv(
  raw: Record<string, string | undefined>,
  secretsIn: (dataDir: string) => Secrets | null = readOrCreateSecrets,
): Env {
  const parsed = parseEnv(raw)
  if ('faults' in parsed) throw new EnvError(describeFaults(parsed.faults))
  const { values, mode, deployed, origin, demoSignIn } = parsed.env
  const made = deployed ? null : readSecrets(values.DATA_DIR, secretsIn)
  const secret = (own: string | undefined, fallback: string | undefined): string => own ?? fallback ?? ''
  const choicesPepper = secret(values.CHOICES_PEPPER, made?.choicesPepper)
  const ownUrl = `http://127.0.0.1:${values.PORT}`
  return {
    mode,
    deployed,
    origin,
    secureCookies: origin.startsWith('https:'),
    product: values.UID2_PRODUCT,
    operator: {
      baseUrl: values.UID2_BASE_URL ?? `${ownUrl}/sandbox/operator`,
      apiKey: values.UID2_API_KEY ?? sandboxPublisher.apiKey,
      clientSecret: values.UID2_CLIENT_SECRET ?? sandboxPublisher.clientSecret,
      timeoutMs: values.UID2_TIMEOUT_MS,
    },
    ownUrl,
    keepAliveMs: values.KEEP_ALIVE_TIMEOUT,
    handoff: values.UID2_HANDOFF,
    lab: mode === 'sandbox' || values.LAB === 'on',
    refreshWaitMs: values.UID2_REFRESH_WAIT_MS,
    nextAuthSecret: secret(values.NEXTAUTH_SECRET, made?.nextAuthSecret),
    sessionPasswords: [
      secret(values.SESSION_PASSWORD, made?.sessionPassword),
      ...values.SESSION_PASSWORD_PREVIOUS,
    ],
    choicesPeppers: [choicesPepper, ...values.CHOICES_PEPPER_PREVIOUS],
    databaseUrl: values.DATABASE_URL ?? `file:${join(values.DATA_DIR, 'choices.db')}`,
    demoSignIn,
    publicSandbox: values.SANDBOX_PUBLIC === 'on',
    signIn: signInSettings(values),
    diiPolicy: {
      relayDomains: values.RELAY_DOMAINS.map((domain) => domain.toLowerCase()),
      prefer: values.DII_PREFER,
    },
    trustProxyHops: values.TRUST_PROXY_HOPS,
    gpcScope: values.GPC_SCOPE,
    regionHeader: values.REGION_HEADER?.toLowerCase() ?? null,
    prebidServer: prebidServer(mode, values),
    holdout:
      values.HOLDOUT_PERCENT > 0
        ? { percent: values.HOLDOUT_PERCENT, salt: values.HOLDOUT_SALT ?? saltOf(choicesPepper) }
        : null,
  }
}

/** Used when no salt is set: as stable, and as shared by instances, as the store's pepper. */
const saltOf = (pepper: string): string => createHmac('sha256', pepper).update('hold-out').digest('base64')

/** `combinations.ts` has checked that a provider has all of its variables or none. */
function signInSettings(values: Variables): SignInSettings {
  const { AUTH_APPLE_TEAM = '', AUTH_APPLE_KEY_ID = '', AUTH_APPLE_PRIVATE_KEY = '', MAIL_FROM = '' } = values
  const pair = (id: string | undefined, secret = '') => (id === undefined ? null : { id, secret })
  const oidc = pair(values.AUTH_OIDC_ID, values.AUTH_OIDC_SECRET)
  return {
    google: pair(values.AUTH_GOOGLE_ID, values.AUTH_GOOGLE_SECRET),
    apple:
      values.AUTH_APPLE_ID === undefined
        ? null
        : {
            id: values.AUTH_APPLE_ID,
            team: AUTH_APPLE_TEAM,
            keyId: AUTH_APPLE_KEY_ID,
            privateKey: AUTH_APPLE_PRIVATE_KEY,
          },
    facebook: pair(values.AUTH_FACEBOOK_ID, values.AUTH_FACEBOOK_SECRET),
    oidc: oidc && {
      ...oidc,
      issuer: values.AUTH_OIDC_ISSUER ?? '',
      name: values.AUTH_OIDC_NAME ?? 'OpenID',
    },
    mail: values.SMTP_URL === undefined ? null : { url: values.SMTP_URL, from: MAIL_FROM },
  }
}

function prebidServer(
  mode: Env['mode'],
  values: { PREBID_SERVER_URL?: string | undefined; PREBID_ACCOUNT_ID?: string | undefined },
): Env['prebidServer'] {
  const accountId = values.PREBID_ACCOUNT_ID ?? 'lantern'
  if (values.PREBID_SERVER_URL !== undefined) return { endpoint: values.PREBID_SERVER_URL, accountId }
  return mode === 'sandbox' ? { endpoint: '/sandbox/exchange/openrtb2/auction', accountId } : null
}

/** The folder cannot be created or written. EEXIST and ENOTDIR: a file is in its place. */
const unwritable = new Set(['EACCES', 'EROFS', 'EPERM', 'ENOTDIR', 'EEXIST'])

function readSecrets(dataDir: string, secretsIn: (dataDir: string) => Secrets | null): Secrets | null {
  try {
    return secretsIn(dataDir)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!unwritable.has(code ?? ''))
      throw new EnvError(
        `The file secrets.json in ${dataDir} cannot be read: repair it, or delete the whole folder, which signs everyone out and deletes their choices.`,
      )
    throw new EnvError(
      secretsIn === readLocalSecrets
        ? `This process may not read secrets.json in ${dataDir}: start it as the user that runs the site.`
        : `This process may not write to ${dataDir}: give it permission, or set DATA_DIR to a folder that it may write.`,
    )
  }
}
