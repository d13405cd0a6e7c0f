import 'server-only'

import type { Call } from './call'
import type { Client, Role } from './clients'
import { openRequest, sealResponse } from './envelope'
import type { JsonObject } from './json'
import { unauthorized } from './replies'
import type { OperatorReply } from './types'

/** A call whose caller may make it, and whose envelope is open. */
export interface SealedCall extends Omit<Call, 'client'> {
  client: Client
  payload: JsonObject | null
  /** A sealed 200. */
  answer(json: unknown): OperatorReply
}

/** An endpoint for callers with one of the roles. Who may call is settled before the body is looked at. */
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
