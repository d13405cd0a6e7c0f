import 'server-only'

import { decodeAdvertisingToken } from './advertising-token.ts'
import { readIdentity } from './identity-input.ts'
import { textField } from './json.ts'
import { rawUid } from './raw-uid.ts'
import { clientError } from './replies.ts'
import type { SealedCall } from './sealed-endpoint.ts'
import type { OperatorReply } from './types.ts'

/** `POST /v2/token/validate`: https://unifiedid.com/docs/endpoints/post-token-validate */
export function tokenValidate({ client, payload, scope, answer }: SealedCall): OperatorReply {
  const read = readIdentity(payload)
  if (!read.ok) return read.reply
  const token = decodeAdvertisingToken(textField(payload, 'token') ?? '')
  if (!token) return clientError('Invalid token')
  if (token.keySiteId !== client.siteId) return clientError('Unauthorised to validate token')

  const { type, flh } = read.identity
  return answer({ status: 'success', body: token.uid.equals(rawUid(flh, scope, type)) })
}
