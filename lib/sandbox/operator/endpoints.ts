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
  /** Under which `/faults` counts it. */
  name?: CallName
  answer(call: Call): OperatorReply
}

/** For roles that no client of the sandbox has: opting people out, and mapping identities. */
const forNobodyHere: Endpoint = { answer: unauthorized }

/**
 * The routes of the real operator, every one a POST; see https://unifiedid.com/docs/endpoints/summary-endpoints
 * One is missing: `/v2/token/client-generate`. An operator registers it only when client-side generation is
 * switched on, which its local Docker configuration leaves off, so that here too the path is simply unknown.
 * That the answer is then the bare 404 of any unknown path is inferred from its sources, not observed.
 */
export const endpoints: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/v2/token/generate', { name: 'generate', answer: sealedEndpoint(['GENERATOR'], tokenGenerate) }],
  ['/v2/token/refresh', { name: 'refresh', answer: tokenRefresh }],
  ['/v2/token/validate', { name: 'validate', answer: sealedEndpoint(['GENERATOR'], tokenValidate) }],
  ['/v2/key/bidstream', { name: 'key', answer: sealedEndpoint(['ID_READER'], keyBidstream) }],
  ['/v2/key/sharing', { name: 'key', answer: sealedEndpoint(['SHARER', 'ID_READER'], keySharing) }],
  ['/v2/key/latest', { name: 'key', answer: sealedEndpoint(['ID_READER'], keyLatest) }],
  ['/v2/optout/status', { answer: sealedEndpoint(['SHARER', 'ID_READER'], optoutStatus) }],
  ['/v2/token/logout', forNobodyHere],
  ['/v2/identity/map', forNobodyHere],
  ['/v3/identity/map', forNobodyHere],
  ['/v2/identity/buckets', forNobodyHere],
])
