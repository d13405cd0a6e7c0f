import 'server-only'
import type { IdentityEvent } from '../identity/types'
import { health, type OperatorReason } from '../observe/health'
import { logEvent } from '../observe/log'
import { explainRejectedKey } from './operator-client'

/** Writes the log and the operator's health from the core's events. */
export function recordEvent(event: IdentityEvent): void {
  switch (event.type) {
    case 'generated':
    case 'refreshed':
    case 'opted_out':
    case 'consent_refused':
    case 'token_dead':
      recordOperator('ok')
      return
    case 'generate_failed':
    case 'refresh_failed':
      recordFailedCall(event).catch(() => {})
      return
    case 'recorded':
      if (event.what === 'opt_out') logEvent('info', 'opt_out_recorded')
      return
    case 'cookie_rejected':
      logEvent('info', 'identity_not_opened', { code: event.reason })
      return
    case 'cookie_too_large':
      logEvent('error', 'identity_too_large', { size: event.size })
  }
}

/** Faults that only the publisher can fix. Others are the operator's or the network's. */
const ownFaults: ReadonlySet<string> = new Set([
  'wrong_key',
  'missing_role',
  'wrong_secret',
  'wrong_product',
  'clock_skew',
  'unauthorized',
  'client_error',
  'redirected',
])

type FailedEvent = Extract<IdentityEvent, { type: 'generate_failed' | 'refresh_failed' }>

async function recordFailedCall({ type, reason, ...fields }: FailedEvent): Promise<void> {
  if (reason !== 'unexpected') recordOperator('failing', reason)
  // For a rejected refresh the operator's response itself says whether it knows the key.
  const unexplained = type === 'generate_failed' && reason === 'unauthorized'
  const cause = unexplained ? await explainRejectedKey() : undefined
  // Another call may have succeeded meanwhile.
  if (cause && health().operator === 'failing') recordOperator('failing', cause)
  const code = cause ?? reason
  const isOwnFault = ownFaults.has(code)
  const { httpStatus, clockSkewMs, ms } = fields
  logEvent(isOwnFault ? 'error' : 'warn', isOwnFault ? 'operator_misconfigured' : 'operator_call', {
    code,
    ms,
    ...(httpStatus !== undefined && { httpStatus }),
    ...(clockSkewMs !== undefined && { clockSkewMs }),
  })
}

function recordOperator(operator: 'ok' | 'failing', reason?: OperatorReason): void {
  health().operator = operator
  health().operatorReason = reason
}
