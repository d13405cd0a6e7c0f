import 'server-only'

import { decodeAdvertisingToken } from './advertising-token.ts'
import type { Call } from './call.ts'
import { openRequest, sealResponse } from './envelope.ts'
import { readIdentity, textField } from './identity-input.ts'
import { rawUid } from './raw-uid.ts'
import { clientError, unauthorized } from './replies.ts'
import type { OperatorReply } from './types.ts'

/** `POST /v2/token/validate`: https://unifiedid.com/docs/endpoints/post-token-validate */
export function tokenValidate({ request, client, scope, now }: Call): OperatorReply {
  if (!client?.roles.includes('GENERATOR')) return unauthorized()
  const opened = openRequest(request, client.secret, scope, now)
  if (!opened.ok) return opened.reply
  const { payload } = opened.request

  const read = readIdentity(payload)
  if (!read.ok) return read.reply
  const token = decodeAdvertisingToken(textField(payload, 'token') ?? '')
  if (!token) return clientError('Invalid token')
  if (token.keySiteId !== client.siteId) return clientError('Unauthorised to validate token')

  const { type, flh } = read.identity
  const matches = token.uid.equals(rawUid(flh, scope, type))
  return sealResponse(opened.request, client.secret, { status: 'success', body: matches }, now)
}
