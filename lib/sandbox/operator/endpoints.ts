import 'server-only'

import type { Call } from './call'
import type { CallName } from './faults'
import { keyBidstream, keyLatest, keySharing } from './keys'
import { optoutStatus } from './optout-status'
import { unauthorized } from './replies'
import { sealedEndpoint } from './sealed-endpoint'
import { tokenGenerate } from './token-generate'
import { tokenRefresh } from './token-refresh'
import { tokenValidate } from './token-validate'
import type { OperatorReply } from './types'

export interface Endpoint {
  /** Its name in `/faults`. */
  name?: CallName
  answer(call: Call): OperatorReply
}

/** Endpoints for roles that no sandbox client has: opting people out, and mapping identities. */
const noRoleHere: Endpoint = { answer: unauthorized }

/**
 * The routes of the real operator, all POST: https://unifiedid.com/docs/endpoints/summary-endpoints
 * One is missing: `/v2/token/client-generate`. An operator registers it only when client-side generation is
 * on, and its local Docker configuration has it off, so the path is unknown here too. That unknown paths get
 * a bare 404 is inferred from its sources, not observed.
 */
export const endpoints: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/v2/token/generate', { name: 'generate', answer: sealedEndpoint(['GENERATOR'], tokenGenerate) }],
  ['/v2/token/refresh', { name: 'refresh', answer: tokenRefresh }],
  ['/v2/token/validate', { name: 'validate', answer: sealedEndpoint(['GENERATOR'], tokenValidate) }],
  ['/v2/key/bidstream', { name: 'key', answer: sealedEndpoint(['ID_READER'], keyBidstream) }],
  ['/v2/key/sharing', { name: 'key', answer: sealedEndpoint(['SHARER', 'ID_READER'], keySharing) }],
  ['/v2/key/latest', { name: 'key', answer: sealedEndpoint(['ID_READER'], keyLatest) }],
  ['/v2/optout/status', { answer: sealedEndpoint(['SHARER', 'ID_READER'], optoutStatus) }],
  ['/v2/token/logout', noRoleHere],
  ['/v2/identity/map', noRoleHere],
  ['/v3/identity/map', noRoleHere],
  ['/v2/identity/buckets', noRoleHere],
])
