import 'server-only'
import { hasExpired, type Identity, isDueForRefresh } from '../uid2/index.ts'
import type { Bucket } from './public.ts'

/** Who renews a token that is due: whoever was given what it takes, and the server where nobody was. */
export const renewerOf = (handoff: 'server' | 'client', bucket: Bucket | null): 'server' | 'browser' =>
  handoff === 'client' && bucket !== 'control' ? 'browser' : 'server'

interface Renewal {
  identity: Identity
  now: number
  renewer: 'server' | 'browser'
  /** The longest that this request waits for an expired token, ms. */
  waitForExpired: number
  recheck?: boolean | undefined
}

/**
 * Whether a request begins a refresh. Pure. Where the browser renews, the server does so only when it is asked to
 * look again, or when a browser waits for it without a live token. A request that does not wait begins none.
 */
export function beginsRefresh({ identity, now, renewer, waitForExpired, recheck }: Renewal): boolean {
  if (recheck) return true
  if (renewer === 'server') return isDueForRefresh(identity, now)
  return waitForExpired > 0 && hasExpired(identity, now)
}
