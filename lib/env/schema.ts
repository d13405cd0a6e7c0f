import 'server-only'
import { z } from 'zod'
import { isLoopback } from '../shared/loopback.ts'

/** What is wrong with one variable, and how to get a right value. Never contains the value. */
export interface EnvFault {
  variable: string
  fault: string
  remedy: string
}

/** Empty means unset, as every `.env` file expects. */
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
    // `Number` alone reads a blank as 0, and `1e3` as a thousand.
    .transform((value) => (value === undefined ? fallback : /^\d+$/.test(value) ? Number(value) : Number.NaN))
    .pipe(z.int().min(min).max(max))

const isUrl = (value: string) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
const isBaseUrl = (value: string) => {
  const { username, password, search, hash } = new URL(value)
  return username === '' && password === '' && search === '' && hash === ''
}
const isSafeUrl = (value: string) =>
  isUrl(value) && (new URL(value).protocol === 'https:' || isLoopback(new URL(value).hostname))
const isSecret32 = (value: string) => /^[A-Za-z0-9+/]{43}=$/.test(value)
const longText = (value: string) => value.length >= 32

const random = "node -p \"require('crypto').randomBytes(32).toString('base64')\""

/** Every variable that this site reads: its rule, and the sentence for someone who broke it. */
const variables = {
  PORT: { rule: wholeNumber(1, 65_535, 3000), remedy: 'a port number; 3000 when unset' },
  UID2_BASE_URL: {
    rule: text.refine((v) => v === undefined || (isSafeUrl(v) && isBaseUrl(v))),
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
  UID2_HANDOFF: { rule: text.pipe(z.enum(['server']).default('server')), remedy: 'server' },
  UID2_TIMEOUT_MS: {
    rule: wholeNumber(50, 30_000, 1500),
    remedy: 'milliseconds from 50 to 30000; 1500 when unset',
  },
  UID2_REFRESH_WAIT_MS: {
    rule: wholeNumber(0, 30_000, 0),
    remedy: 'milliseconds from 0 to 30000; 0 when unset',
  },
  NEXTAUTH_URL: {
    rule: text.refine((v) => v === undefined || (isUrl(v) && new URL(v).pathname === '/')),
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
    rule: text.refine((v) => v === undefined || /^(file:.|postgres(ql)?:\/\/.)/.test(v)),
    remedy: 'file:PATH for SQLite, or postgres://USER:PASSWORD@HOST/NAME',
  },
  DEMO_SIGN_IN: { rule: flag, remedy: 'on or off' },
  GPC_SCOPE: {
    rule: text.pipe(z.enum(['account', 'browser', 'off']).default('account')),
    remedy: 'account, browser or off',
  },
  PREBID_SERVER_URL: {
    rule: text.refine((v) => v === undefined || isSafeUrl(v)),
    remedy: 'the auction endpoint of your Prebid Server, https, e.g. https://prebid.example/openrtb2/auction',
  },
  PREBID_ACCOUNT_ID: { rule: text, remedy: 'your account at the Prebid Server' },
  SANDBOX_PUBLIC: { rule: flag, remedy: 'on or off' },
} as const

type VariableName = keyof typeof variables
type Variables = { [K in keyof typeof variables]: z.output<(typeof variables)[K]['rule']> }

export interface ParsedEnv {
  values: Variables
  mode: 'sandbox' | 'real'
  /** NEXTAUTH_URL is set and not loopback. */
  deployed: boolean
  /** Origin of NEXTAUTH_URL, the only origin that redirects and same-origin checks know. */
  origin: string
  demoSignIn: boolean
}

/** Reads the whole environment at once, so that every fault is told in one go. Pure. */
export function parseEnv(
  raw: Record<string, string | undefined>,
): { env: ParsedEnv } | { faults: EnvFault[] } {
  const faults: EnvFault[] = []
  const parsed: Partial<Variables> = {}
  for (const [name, { rule, remedy }] of Object.entries(variables)) {
    const result = rule.safeParse(raw[name])
    if (result.success) Object.assign(parsed, { [name]: result.data })
    else faults.push({ variable: name, fault: 'is not valid', remedy: `Set it to ${remedy}.` })
  }
  for (const name of Object.keys(raw))
    if (name.startsWith('UID2_') && !(name in variables))
      faults.push({ variable: name, fault: 'is not known', remedy: `Known are ${knownUid2Names()}.` })

  const isSet = (name: VariableName) => raw[name] !== undefined && raw[name] !== ''
  const url = new URL(parsed.NEXTAUTH_URL ?? `http://localhost:${parsed.PORT ?? 3000}`)
  const mode = operatorNames.some(isSet) ? 'real' : 'sandbox'
  const demoSignIn = isSet('DEMO_SIGN_IN') ? parsed.DEMO_SIGN_IN === 'on' : mode === 'sandbox'
  const env: ParsedEnv = {
    values: parsed as Variables,
    mode,
    deployed: !isLoopback(url.hostname),
    origin: url.origin,
    demoSignIn,
  }
  faults.push(...combinationFaults(env, isSet))
  return faults.length > 0 ? { faults } : { env }
}

const operatorNames = ['UID2_BASE_URL', 'UID2_API_KEY', 'UID2_CLIENT_SECRET'] as const

/** Rules that need more than one variable; `values` may lack those with a fault of their own. */
function combinationFaults(
  { values, mode, deployed, demoSignIn, origin }: ParsedEnv,
  isSet: (name: VariableName) => boolean,
): EnvFault[] {
  const faults: EnvFault[] = []
  const add = (broken: boolean, variable: VariableName, fault: string, remedy: string) => {
    if (broken) faults.push({ variable, fault, remedy })
  }
  const publicSandbox = values.SANDBOX_PUBLIC === 'on'
  for (const name of operatorNames)
    add(
      mode === 'real' && !isSet(name),
      name,
      'is missing while another UID2 credential is set',
      `Set it to ${variables[name].remedy}, or unset all three for the sandbox.`,
    )
  add(
    deployed && !origin.startsWith('https:'),
    'NEXTAUTH_URL',
    'is plain http on a public host',
    'Serve the site over https.',
  )
  add(
    deployed && mode === 'sandbox' && !publicSandbox,
    'UID2_BASE_URL',
    'is not set, and the sandbox operator does not run on a deployed site',
    'Set UID2_BASE_URL, UID2_API_KEY and UID2_CLIENT_SECRET, or SANDBOX_PUBLIC=on for a public demo.',
  )
  add(
    mode === 'real' && publicSandbox,
    'SANDBOX_PUBLIC',
    'is on while a real operator is set',
    'Unset it, or unset the UID2 credentials.',
  )
  add(
    publicSandbox && isSet('PREBID_SERVER_URL'),
    'PREBID_SERVER_URL',
    'is set on a public sandbox, whose tokens mean nothing to real buyers',
    'Unset it.',
  )
  add(
    mode === 'real' && deployed && demoSignIn,
    'DEMO_SIGN_IN',
    'is on at a deployed site with a real operator: anyone could claim any address',
    'Unset it and configure a sign-in provider.',
  )
  for (const name of ['NEXTAUTH_SECRET', 'SESSION_PASSWORD', 'CHOICES_PEPPER', 'DATABASE_URL'] as const)
    add(
      deployed && !isSet(name),
      name,
      'is required on a deployed site',
      `Set it to ${variables[name].remedy}.`,
    )
  add(
    !deployed && values.DATABASE_URL?.startsWith('postgres') === true && !isSet('CHOICES_PEPPER'),
    'CHOICES_PEPPER',
    'is required with PostgreSQL, because several instances share it',
    `Set it to ${variables.CHOICES_PEPPER.remedy}.`,
  )
  const others = [
    values.UID2_CLIENT_SECRET,
    values.NEXTAUTH_SECRET,
    values.SESSION_PASSWORD,
    ...(values.SESSION_PASSWORD_PREVIOUS ?? []),
  ]
  add(
    [values.CHOICES_PEPPER, ...(values.CHOICES_PEPPER_PREVIOUS ?? [])].some(
      (pepper) => pepper !== undefined && others.includes(pepper),
    ),
    'CHOICES_PEPPER',
    'equals another secret',
    `Give it a value of its own: ${random}`,
  )
  return faults
}

const knownUid2Names = () =>
  Object.keys(variables)
    .filter((name) => name.startsWith('UID2_'))
    .join(', ')

/** One message for people: every fault with its remedy. Contains no value of any variable. */
export function describeFaults(faults: EnvFault[]): string {
  const lines = faults.map(({ variable, fault, remedy }) => `  ${variable} ${fault}.\n    ${remedy}`)
  return `The environment has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${lines.join('\n')}`
}
