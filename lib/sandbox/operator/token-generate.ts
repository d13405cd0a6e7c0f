import 'server-only'

import { readIdentity } from './identity-input'
import { issueIdentity } from './identity-token'
import { textField } from './json'
import { isOptedOut } from './optout'
import { clientError, noActiveKey, unknownError } from './replies'
import type { SealedCall } from './sealed-endpoint'
import { readConsent } from './tcf'
import type { OperatorReply } from './types'

/** `POST /v2/token/generate`: https://unifiedid.com/docs/endpoints/post-token-generate */
export function tokenGenerate(call: SealedCall): OperatorReply {
  const { client, payload, scope, now, lifetimes, forceOptout, answer } = call
  const read = readIdentity(payload)
  if (!read.ok) return read.reply

  // The real operator treats a missing string as consent and checks only a present one.
  if (scope === 'euid' && payload && Object.hasOwn(payload, 'tcf_consent_string')) {
    const consent = readConsent(textField(payload, 'tcf_consent_string') ?? '')
    if (consent === 'invalid') return clientError('User consent is invalid')
    // Its library cannot read everything that the operator needs from version 1.
    if (consent === 'version-1') return unknownError('Unknown error while generating token v2')
    if (consent === 'insufficient') return answer({ status: 'insufficient_user_consent' })
  }

  const { type, flh } = read.identity
  if (forceOptout || isOptedOut(read.identity, 'generate')) return answer({ status: 'optout' })
  const { siteId } = client
  const body = issueIdentity({ scope, type, flh, siteId, establishedAt: now, now, lifetimes })
  return body ? answer({ status: 'success', body }) : noActiveKey()
}
