import 'server-only'

import { clientError, unknownError } from './replies'
import type { SealedCall } from './sealed-endpoint'
import type { OperatorReply } from './types'

const MOST_IDS = 5000

/**
 * `POST /v2/optout/status`: https://unifiedid.com/docs/endpoints/post-optout-status
 * The list is always empty, as in a real operator without opt-outs: the reserved identities are opted out by
 * name and are in no store.
 */
export function optoutStatus({ payload, answer }: SealedCall): OperatorReply {
  if (!payload) return clientError('Invalid request body')
  const ids = payload.advertising_ids ?? null
  if (ids === null) return clientError('Required Parameter Missing: advertising_ids')
  if (!Array.isArray(ids)) return unknownError('Unknown error while getting optout status')
  if (ids.length > MOST_IDS) return clientError('Request payload is too large')
  return answer({ status: 'success', body: { opted_out: [] } })
}
