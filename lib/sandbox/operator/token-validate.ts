import 'server-only'

import { decodeAdvertisingToken } from './advertising-token'
import { readIdentity } from './identity-input'
import { textField } from './json'
import { rawUid } from './raw-uid'
import { clientError } from './replies'
import type { SealedCall } from './sealed-endpoint'
import type { OperatorReply } from './types'

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
