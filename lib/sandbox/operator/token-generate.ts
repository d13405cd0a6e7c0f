import 'server-only'

import type { Call } from './call.ts'
import { openRequest, sealResponse } from './envelope.ts'
import { readIdentity, textField } from './identity-input.ts'
import { issueIdentity } from './identity-token.ts'
import { isOptedOut } from './optout.ts'
import { clientError, unauthorized } from './replies.ts'
import { readConsent } from './tcf.ts'
import type { OperatorReply } from './types.ts'

/** `POST /v2/token/generate`: https://unifiedid.com/docs/endpoints/post-token-generate */
export function tokenGenerate({ request, client, scope, now, lifetimes, forceOptout }: Call): OperatorReply {
  if (!client?.roles.includes('GENERATOR')) return unauthorized()
  const opened = openRequest(request, client.secret, scope, now)
  if (!opened.ok) return opened.reply
  const { payload } = opened.request
  const answer = (json: unknown) => sealResponse(opened.request, client.secret, json, now)

  const read = readIdentity(payload)
  if (!read.ok) return read.reply

  // The real operator takes an absent string for consent; only a present one is examined.
  if (scope === 'euid' && payload && Object.hasOwn(payload, 'tcf_consent_string')) {
    const consent = readConsent(textField(payload, 'tcf_consent_string') ?? '')
    if (consent === 'invalid') return clientError('User consent is invalid')
    if (consent === 'insufficient') return answer({ status: 'insufficient_user_consent' })
  }

  const { type, flh } = read.identity
  if (forceOptout || isOptedOut(flh, 'generate')) return answer({ status: 'optout' })
  const { siteId } = client
  const body = issueIdentity({ scope, type, flh, siteId, establishedAt: now, now, lifetimes })
  return answer({ status: 'success', body })
}
