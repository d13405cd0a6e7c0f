import 'server-only'
import type { IdentityEvent } from '../identity/types.ts'
import { health } from '../observe/health.ts'
import { logEvent } from '../observe/log.ts'

/** The log and the health of the operator, from what the identity tells. */
export function recordEvent(event: IdentityEvent): void {
  switch (event.type) {
    case 'generated':
    case 'refreshed':
    case 'opted_out':
    case 'consent_refused':
    case 'token_dead':
      health().operator = 'ok'
      return
    case 'generate_failed':
    case 'refresh_failed':
      recordFailedCall(event)
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

/** Faults that only we can mend are logged as ours. */
const ours = new Set(['unauthorized', 'client_error'])

function recordFailedCall({ reason, httpStatus, ms }: Extract<IdentityEvent, { httpStatus?: number }>): void {
  // Anything else is a fault of ours or of the input, and tells nothing of the operator.
  if (reason !== 'unexpected') health().operator = 'failing'
  const fields = { code: reason, ms, ...(httpStatus !== undefined && { httpStatus }) }
  if (ours.has(reason)) logEvent('error', 'operator_misconfigured', fields)
  else logEvent('warn', 'operator_call', fields)
}
