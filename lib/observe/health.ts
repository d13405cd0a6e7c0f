import 'server-only'
import { singleton } from '../shared/singleton.ts'

/** What recent calls said of the operator and the store; `GET /api/health` reads it and calls nobody. */
export interface Health {
  operator: 'ok' | 'failing' | 'unknown'
  store: 'ok' | 'down'
  /** Shutdown has begun: take this instance out of rotation. */
  stopping: boolean
}

export const health = (): Health =>
  singleton('health', () => ({ operator: 'unknown', store: 'ok', stopping: false }))
