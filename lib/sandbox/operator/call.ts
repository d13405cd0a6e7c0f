import 'server-only'

import type { Client } from './clients'
import type { Lifetimes } from './faults'
import type { OperatorRequest, Scope } from './types'

/** The input of an endpoint. */
export interface Call {
  request: OperatorRequest
  /** Undefined for an unknown or missing key. */
  client: Client | undefined
  scope: Scope
  now: number
  lifetimes: Readonly<Lifetimes>
  /** A fault demands an opt-out for every reader. */
  forceOptout: boolean
}
