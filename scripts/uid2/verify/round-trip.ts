import type { Identity, Uid2Client } from '#lib/uid2/index.ts'
import type { Context } from '../../command-line/command.ts'
import { type Credentials, createClient } from '../credentials.ts'
import { readHeader, tokenBytes } from '../token-layout.ts'
import { type Validity, validityOf } from '../validate-token.ts'
import { failureFinding, findDetails } from './failure.ts'
import type { Finding } from './finding.ts'
import { testPerson } from './test-person.ts'

export interface RoundTrip {
  readonly findings: readonly Finding[]
  readonly client: Uid2Client
  /** Whether the operator validates this site's tokens. For some sites it validates none. */
  readonly validates: boolean
}

/** Generates, validates and refreshes a token of the test person, and compares clocks on the way. */
export async function roundTrip(credentials: Credentials, context: Context): Promise<RoundTrip> {
  let skewMs: number | undefined
  const onClockSkew = (ms: number) => {
    skewMs = ms
  }
  const client = await createClient(credentials, context, { onClockSkew })
  const findings: Finding[] = []
  const step = async (check: string, run: () => Promise<Finding>): Promise<boolean> => {
    const finding = await run().catch(async (error: unknown) =>
      failureFinding(check, error, await findDetails(error, client, credentials, context)),
    )
    findings.push(finding)
    return finding.level !== 'fault' && finding.level !== 'unknown'
  }

  let identity: Identity | undefined
  const generated = await step('generate', async () => {
    const outcome = await client.generateToken(testPerson)
    if (outcome.status !== 'success') return refusedFinding(outcome.status)
    identity = outcome.identity
    return { check: 'generate', level: 'ok', what: 'the operator issued a token for its test person.' }
  })
  if (!generated || !identity) return { findings, client, validates: false }

  const { advertising_token: token } = identity
  const held = identity
  findings.push(clockFinding(skewMs), scopeFinding('product', token, credentials.product))
  let validity: Validity | undefined
  await step('validate', async () => {
    validity = await validityOf(client, token, testPerson)
    return validityFinding(validity)
  })
  await step('refresh', async () => {
    const { status } = await client.refreshToken(held)
    return status === 'success'
      ? { check: 'refresh', level: 'ok', what: 'the operator refreshed the token.' }
      : {
          check: 'refresh',
          level: 'fault',
          what: `the operator answered ${status} to its own new token.`,
        }
  })
  return { findings, client, validates: validity === 'valid' }
}

/** The scope is in a token's first byte. A wrong product is visible nowhere else: all calls succeed. */
export function scopeFinding(check: string, token: string, product: Credentials['product']): Finding {
  const bytes = tokenBytes(token)
  const scope = bytes && readHeader(bytes)?.scope
  if (!scope) return { check, level: 'note', what: 'the token does not contain its product.' }
  if (scope === product)
    return { check, level: 'ok', what: `the token is one of ${scope.toUpperCase()}, as set in UID2_PRODUCT.` }
  return {
    check,
    level: 'fault',
    what: `the token is one of ${scope.toUpperCase()}, but UID2_PRODUCT is ${product}.`,
    why: 'Buyers look for it under the other product’s name in the bid request, and consent rules differ.',
    remedy: `Set UID2_PRODUCT=${scope}, or use credentials of ${product.toUpperCase()}.`,
  }
}

/** Our clock compared with the operator's, which is in every encrypted response. */
export function clockFinding(skewMs: number | undefined): Finding {
  const check = 'clock'
  if (skewMs === undefined)
    return { check, level: 'note', what: 'the operator’s answer does not contain its time.' }
  const seconds = Math.abs(skewMs) / 1000
  const what = `ours is ${seconds.toFixed(1)} s ${skewMs > 0 ? 'behind' : 'ahead of'} the operator’s.`
  if (seconds <= 10) return { check, level: 'ok', what }
  return {
    check,
    level: seconds <= 60 ? 'warning' : 'fault',
    what,
    why: 'Operators refuse requests whose time is more than a minute or two from theirs.',
    remedy: 'Use NTP on this machine.',
  }
}

function validityFinding(validity: Validity): Finding {
  const check = 'validate'
  if (validity === 'valid')
    return { check, level: 'ok', what: 'the operator confirms that the token is the test person’s.' }
  if (validity === 'foreign_token')
    return {
      check,
      level: 'warning',
      what: 'the operator does not validate tokens of this site.',
      why: 'The site has no encryption key of its own; its tokens work, but cannot be checked.',
      remedy: 'Ask your contact at the operator for a keyset of your site.',
    }
  return {
    check,
    level: 'fault',
    what: 'the operator does not match its own new token with the test person.',
    remedy:
      'Something between here and the operator changes requests or answers: check proxies and the base URL.',
  }
}

function refusedFinding(status: 'optout' | 'insufficient_user_consent'): Finding {
  return {
    check: 'generate',
    level: 'fault',
    what: `the operator answered ${status} for its test person, who is never refused.`,
    remedy: 'Is this an operator of UID2 or EUID? Check UID2_BASE_URL.',
  }
}
