import 'server-only'
import { createPrivateKey } from 'node:crypto'
import { z } from 'zod'
import { isDatabaseUrl, isMailServer, isOrigin, isSafeBaseUrl, isSafeUrl } from './url-rules'

/** Empty means unset, as usual in `.env` files. */
const text = z.preprocess((value) => (value === '' ? undefined : value), z.string().optional())
const flag = text.pipe(z.enum(['on', 'off']).optional())
const list = text.transform((value) =>
  (value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)
const wholeNumber = (min: number, max: number, fallback: number) =>
  text
    // `Number` alone reads a space as 0, and `1e3` as a thousand.
    .transform((value) => (value === undefined ? fallback : /^\d+$/.test(value) ? Number(value) : Number.NaN))
    .pipe(z.int().min(min).max(max))

const isSecret32 = (value: string) => /^[A-Za-z0-9+/]{43}=$/.test(value)
const longText = (value: string) => value.length >= 32

export const random = "node -p \"require('crypto').randomBytes(32).toString('base64')\""

/** `name@example.com` or `The Lantern <name@example.com>`, on one line. */
const mailAddress = String.raw`[^\s<>@,]+@[^\s<>@,]+\.[^\s<>@,]+`
const mailFrom = new RegExp(String.raw`^([^<>\p{Cc}]*<${mailAddress}>|${mailAddress})$`, 'u')
const isMailFrom = (value: string) => mailFrom.test(value)
const isDomain = (value: string) => /^([a-z0-9-]+\.)+[a-z0-9-]+$/i.test(value)

/** PEM. Line breaks may be written as `\n`, as hosting panels do. */
const pem = (value: string) => value.replaceAll('\\n', '\n')
function isAppleKey(value: string): boolean {
  try {
    return createPrivateKey(pem(value)).asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch {
    return false
  }
}
const word = text.refine((v) => v === undefined || /^[\x21-\x7e]+$/.test(v))

/** Every variable that this site reads: its rule, and the sentence shown when it is broken. */
export const variables = {
  PORT: { rule: wholeNumber(1, 65_535, 3000), remedy: 'a port number; 3000 when unset' },
  KEEP_ALIVE_TIMEOUT: {
    rule: wholeNumber(1_000, 3_600_000, 65_000),
    remedy: 'milliseconds from 1000 to 3600000, more than your balancer’s own; 65000 when unset',
  },
  UID2_BASE_URL: {
    rule: text.refine((v) => v === undefined || isSafeBaseUrl(v)),
    remedy:
      'the operator’s base URL, https (plain http only on this machine), e.g. https://operator-integ.uidapi.com',
  },
  UID2_API_KEY: {
    rule: text.refine((v) => v === undefined || /^[\x21-\x7e]+$/.test(v)),
    remedy: 'the API key of your UID2 account, without spaces (UID2 Portal → API Keys)',
  },
  UID2_CLIENT_SECRET: {
    rule: text.refine((v) => v === undefined || isSecret32(v)),
    remedy: 'the client secret shown beside the API key: 32 bytes as 44 characters of base64',
  },
  UID2_PRODUCT: { rule: text.pipe(z.enum(['uid2', 'euid']).default('uid2')), remedy: 'uid2 or euid' },
  UID2_HANDOFF: {
    rule: text.pipe(z.enum(['server', 'client']).default('server')),
    remedy: 'server or client',
  },
  UID2_TIMEOUT_MS: {
    rule: wholeNumber(50, 30_000, 1500),
    remedy: 'milliseconds from 50 to 30000; 1500 when unset',
  },
  UID2_REFRESH_WAIT_MS: {
    rule: wholeNumber(0, 30_000, 0),
    remedy: 'milliseconds from 0 to 30000; 0 when unset',
  },
  NEXTAUTH_URL: {
    rule: text.refine((v) => v === undefined || isOrigin(v)),
    remedy: 'the public origin of this site, e.g. https://news.example, without a path',
  },
  NEXTAUTH_SECRET: {
    rule: text.refine((v) => v === undefined || longText(v)),
    remedy: `at least 32 characters: ${random}`,
  },
  SESSION_PASSWORD: {
    rule: text.refine((v) => v === undefined || longText(v)),
    remedy: `at least 32 characters: ${random}`,
  },
  SESSION_PASSWORD_PREVIOUS: {
    rule: list.refine((all) => all.every(longText)),
    remedy: 'earlier values of SESSION_PASSWORD, separated by commas, each at least 32 characters',
  },
  CHOICES_PEPPER: {
    rule: text.refine((v) => v === undefined || longText(v)),
    remedy: `at least 32 characters: ${random}`,
  },
  CHOICES_PEPPER_PREVIOUS: {
    rule: list.refine((all) => all.every(longText)),
    remedy: 'earlier values of CHOICES_PEPPER, separated by commas, each at least 32 characters',
  },
  DATA_DIR: {
    rule: text.transform((v) => v ?? '.data'),
    remedy: 'a folder that this process may write; .data when unset',
  },
  DATABASE_URL: {
    rule: text.refine((v) => v === undefined || isDatabaseUrl(v)),
    remedy:
      'file:PATH for SQLite, the path as it is and without ? # %; or postgres://USER:PASSWORD@HOST/NAME, percent-encoded (# is %23, / is %2F, ? is %3F, @ is %40, % is %25)',
  },
  DEMO_SIGN_IN: { rule: flag, remedy: 'on or off' },
  AUTH_GOOGLE_ID: { rule: word, remedy: 'the client ID of your OAuth client in the Google Cloud console' },
  AUTH_GOOGLE_SECRET: { rule: word, remedy: 'the client secret of that OAuth client' },
  AUTH_APPLE_ID: { rule: word, remedy: 'the Services ID of Sign in with Apple, e.g. com.example.news' },
  AUTH_APPLE_TEAM: { rule: word, remedy: 'your Apple team ID, ten characters' },
  AUTH_APPLE_KEY_ID: { rule: word, remedy: 'the ID of the key that you made for Sign in with Apple' },
  AUTH_APPLE_PRIVATE_KEY: {
    rule: text.refine((v) => v === undefined || isAppleKey(v)).transform((v) => v && pem(v)),
    remedy: 'the contents of that key’s .p8 file, line breaks as they are or as \\n',
  },
  AUTH_FACEBOOK_ID: { rule: word, remedy: 'the app ID of your Facebook app' },
  AUTH_FACEBOOK_SECRET: { rule: word, remedy: 'the app secret of that app' },
  AUTH_OIDC_ISSUER: {
    rule: text.refine((v) => v === undefined || isSafeBaseUrl(v)),
    remedy: 'the issuer URL of an OpenID provider, https (plain http only on this machine)',
  },
  AUTH_OIDC_ID: { rule: word, remedy: 'the client ID that the OpenID provider gave you' },
  AUTH_OIDC_SECRET: { rule: word, remedy: 'the client secret that the OpenID provider gave you' },
  AUTH_OIDC_NAME: {
    rule: text.refine((v) => v === undefined || /^[^\p{Cc}]{1,40}$/u.test(v)),
    remedy: 'the name of that provider for readers, at most 40 characters',
  },
  SMTP_URL: {
    rule: text.refine((v) => v === undefined || isMailServer(v)),
    remedy:
      'your mail server, e.g. smtps://USER:PASSWORD@mail.example, percent-encoded (# is %23, / is %2F, ? is %3F, @ is %40, % is %25)',
  },
  MAIL_FROM: {
    rule: text.refine((v) => v === undefined || isMailFrom(v)),
    remedy: 'the sender of sign-in mails, e.g. The Lantern <sign-in@news.example>',
  },
  RELAY_DOMAINS: {
    rule: list.refine((all) => all.every(isDomain)),
    remedy: 'mail domains that only forward, separated by commas, e.g. relay.example',
  },
  DII_PREFER: {
    rule: text.pipe(z.enum(['email', 'phone']).default('email')),
    remedy: 'email or phone',
  },
  TRUST_PROXY_HOPS: {
    rule: wholeNumber(0, 10, 0),
    remedy: 'how many proxies of yours stand before the site, 0 to 10; 0 when unset',
  },
  GPC_SCOPE: {
    rule: text.pipe(z.enum(['account', 'browser', 'off']).default('account')),
    remedy: 'account, browser or off',
  },
  REGION_HEADER: {
    rule: text.refine((v) => v === undefined || /^[\w-]+$/.test(v)),
    remedy: 'the name of the header in which your CDN tells the reader’s country, e.g. CF-IPCountry',
  },
  PREBID_SERVER_URL: {
    rule: text.refine((v) => v === undefined || isSafeUrl(v)),
    remedy: 'the auction endpoint of your Prebid Server, https, e.g. https://prebid.example/openrtb2/auction',
  },
  PREBID_ACCOUNT_ID: { rule: text, remedy: 'your account at the Prebid Server' },
  HOLDOUT_PERCENT: {
    rule: wholeNumber(0, 100, 0),
    remedy: 'a whole number from 0 to 100: the share of readers whose token is withheld; 0 when unset',
  },
  HOLDOUT_SALT: {
    rule: text,
    remedy: `a text of your own, a new one for each experiment: ${random}`,
  },
  LAB: { rule: flag, remedy: 'on or off' },
  SANDBOX_PUBLIC: { rule: flag, remedy: 'on or off' },
} as const

export type VariableName = keyof typeof variables
export type Variables = { [K in VariableName]: z.output<(typeof variables)[K]['rule']> }
