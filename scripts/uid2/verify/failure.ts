import {
  explainUnauthorized,
  type Uid2Client,
  Uid2Error,
  type Uid2ErrorCode,
  type Uid2ErrorReason,
} from '#lib/uid2/index.ts'
import type { Context } from '../../command-line/command.ts'
import type { Credentials } from '../credentials.ts'
import { findClockSkew } from './clock-skew.ts'
import type { Finding } from './finding.ts'

const ourFaults: Partial<Record<Uid2ErrorCode | Uid2ErrorReason, { why: string; remedy: string }>> = {
  unauthorized: {
    why: 'The key is unknown to this operator, disabled, or without the role to generate; it does not say which.',
    remedy: 'Compare UID2_API_KEY and UID2_BASE_URL with the portal: are both of the same environment?',
  },
  wrong_key: {
    why: 'The operator does not know the key.',
    remedy:
      'Compare UID2_API_KEY and UID2_BASE_URL with the portal: are both of the same environment and product?',
  },
  missing_role: {
    why: 'The operator knows the key, which is disabled or may not generate tokens.',
    remedy: 'Use a publisher’s key, or have the role GENERATOR given to this one (portal, API Keys).',
  },
  wrong_secret: {
    why: 'The operator knows the key, but cannot decrypt the request with its secret.',
    remedy: 'UID2_CLIENT_SECRET is not the one that belongs to UID2_API_KEY: copy both again.',
  },
  client_error: {
    why: 'The operator rejected the request.',
    remedy: 'Read its message, and check the proxies between this machine and the operator.',
  },
  clock_skew: {
    why: 'Operators refuse requests whose time is more than a minute or two from theirs.',
    remedy: 'Use NTP on this machine, and check its date and time zone.',
  },
  redirected: {
    why: 'Redirects are not followed, because the request carries the API key.',
    remedy: 'Set UID2_BASE_URL to where the redirect leads: https, no www, no trailing path.',
  },
  unexpected_status: {
    why: 'The answer has a status that this version does not know.',
    remedy: 'Read the release notes of the operator.',
  },
}

/** Operators give each error reply a status. A page or proxy at the wrong URL does not. */
const notAnOperator = {
  why: 'This is not an operator’s answer: the URL leads to something else.',
  remedy: 'Check UID2_BASE_URL. It may need a path, such as the sandbox’s /sandbox/operator.',
}

/** What an error does not contain, and further calls find out. */
interface Details {
  readonly reason?: Uid2ErrorReason | undefined
  /** The clock skew as a sentence. */
  readonly clock?: string
}

export async function findDetails(
  error: unknown,
  client: Uid2Client,
  credentials: Credentials,
  context: Context,
): Promise<Details> {
  if (!(error instanceof Uid2Error)) return {}
  if (error.code === 'unauthorized') return { reason: error.reason ?? (await explainUnauthorized(client)) }
  if (error.code !== 'clock_skew' || error.clockSkewMs !== undefined) return {}
  return { clock: clockSkewText(await findClockSkew(credentials, context)) }
}

export function failureFinding(check: string, error: unknown, details: Details = {}): Finding {
  if (!(error instanceof Uid2Error)) throw error
  const { code, message, operatorStatus, operatorMessage, reason = details.reason } = error
  const parts = [message, details.clock, operatorMessage].filter((text) => text !== undefined)
  const what = `${parts.join(': ')} (${code})`
  const own =
    code === 'client_error' && operatorStatus === undefined ? notAnOperator : ourFaults[reason ?? code]
  if (own) return { check, level: 'fault', what, ...own }
  return {
    check,
    level: 'unknown',
    what,
    why: 'The operator, or the connection to it, failed.',
    remedy: 'Check UID2_BASE_URL and the network; if both are correct, try again later.',
  }
}

const clockSkewText = (ms: number | undefined): string =>
  ms === undefined
    ? 'no answer shows how far it is off'
    : `your clock is ${Math.round(Math.abs(ms) / 1000)} s ${ms > 0 ? 'behind' : 'ahead of'} the operator's`
