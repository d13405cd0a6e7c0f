import { describeFaults, type EnvFault, parseEnv } from '#lib/env/schema.ts'
import { createUid2Client, type Uid2Client, type Uid2ClientOptions } from '#lib/uid2/index.ts'
import { type Context, toUsageError, UsageError } from '../command-line/command.ts'

export interface Credentials {
  readonly baseUrl: string
  readonly apiKey: string
  readonly clientSecret: string
  readonly product: 'uid2' | 'euid'
  readonly timeoutMs: number
}

/** No page waits for a command. */
const TIMEOUT_MS = 10_000

export const NOT_CONFIGURED =
  'No operator is configured: run `npm start` in another terminal and export the three UID2_… lines that it prints, or set UID2_BASE_URL, UID2_API_KEY and UID2_CLIENT_SECRET of a UID2 account.'

/** The site's own rules, only for the operator's variables. */
export function readCredentials(
  env: Context['env'],
): { credentials: Credentials } | { faults: EnvFault[] } | { unset: true } {
  const { UID2_BASE_URL, UID2_API_KEY, UID2_CLIENT_SECRET, UID2_PRODUCT, UID2_TIMEOUT_MS } = env
  if (!UID2_BASE_URL && !UID2_API_KEY && !UID2_CLIENT_SECRET) return { unset: true }
  const parsed = parseEnv({ UID2_BASE_URL, UID2_API_KEY, UID2_CLIENT_SECRET, UID2_PRODUCT, UID2_TIMEOUT_MS })
  if ('faults' in parsed) return parsed
  const { values } = parsed.env
  return {
    credentials: {
      baseUrl: values.UID2_BASE_URL ?? '',
      apiKey: values.UID2_API_KEY ?? '',
      clientSecret: values.UID2_CLIENT_SECRET ?? '',
      product: values.UID2_PRODUCT,
      timeoutMs: UID2_TIMEOUT_MS ? values.UID2_TIMEOUT_MS : TIMEOUT_MS,
    },
  }
}

export function requireCredentials(env: Context['env']): Credentials {
  const read = readCredentials(env)
  if ('unset' in read) throw new UsageError(NOT_CONFIGURED)
  if ('faults' in read) throw new UsageError(describeFaults(read.faults))
  return read.credentials
}

export function createClient(
  { baseUrl, apiKey, clientSecret, timeoutMs }: Credentials,
  context: Pick<Context, 'now'>,
  own: Partial<Uid2ClientOptions> = {},
): Promise<Uid2Client> {
  // No retries: a command shows what one call does.
  const options = { baseUrl, apiKey, clientSecret, timeoutMs, now: context.now, retries: 0, ...own }
  return toUsageError(() => createUid2Client(options))
}
