import 'server-only'

import type { Client } from './clients'
import type { Lifetimes } from './faults'
import type { OperatorRequest, Scope } from './types'

/** Everything that an endpoint may know. */
export interface Call {
  request: OperatorRequest
  /** Undefined when the key is unknown or there is none. */
  client: Client | undefined
  scope: Scope
  now: number
  lifetimes: Readonly<Lifetimes>
  /** A fault asks for an opt-out, whoever the reader is. */
  forceOptout: boolean
}
