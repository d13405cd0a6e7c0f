import 'server-only'

import type { Call } from './call'
import type { Client, Role } from './clients'
import { openRequest, sealResponse } from './envelope'
import type { JsonObject } from './json'
import { unauthorized } from './replies'
import type { OperatorReply } from './types'

/** A call with a permitted caller and an opened envelope. */
export interface SealedCall extends Omit<Call, 'client'> {
  client: Client
  payload: JsonObject | null
  /** A sealed 200. */
  answer(json: unknown): OperatorReply
}

/** An endpoint for callers with one of the roles. The role is checked before the body. */
export function sealedEndpoint(roles: readonly Role[], work: (call: SealedCall) => OperatorReply) {
  return (call: Call): OperatorReply => {
    const { client, request, scope, now } = call
    if (!client?.roles.some((role) => roles.includes(role))) return unauthorized()
    const opened = openRequest(request, client.secret, scope, now)
    if (!opened.ok) return opened.reply
    const answer = (json: unknown) => sealResponse(opened.request, client.secret, json, now)
    return work({ ...call, client, payload: opened.request.payload, answer })
  }
}
