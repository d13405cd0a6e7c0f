import 'server-only'

import { dsp, publisher, sharer } from './credentials'
import type { OperatorRequest } from './types'

export type Role = 'GENERATOR' | 'ID_READER' | 'SHARER'

export interface Client {
  siteId: number
  secret: Buffer
  roles: readonly Role[]
}

const clients: ReadonlyMap<string, Client> = new Map(
  [publisher, dsp, sharer].map(({ apiKey, siteId, clientSecret, roles }) => [
    apiKey,
    { siteId, secret: Buffer.from(clientSecret, 'base64'), roles },
  ]),
)

/** The caller, from its `Authorization: Bearer` header. The scheme's case does not matter. */
export function authenticate(request: OperatorRequest): Client | undefined {
  const header = request.headers.authorization?.trim() ?? ''
  const bearer = /^bearer ([\s\S]*)$/i.exec(header)
  return clients.get(bearer?.[1] ?? '')
}
