import { createUid2Handoff } from './handoff.ts'
import type { Uid2Handoff } from './handoff-api.ts'
import { oncePerWindow } from './once-per-window.ts'

/** The page's hand-off: components, forms and a publisher's own scripts all mean the same one. */
export function pageHandoff(): Uid2Handoff {
  return oncePerWindow('handoff', () => createUid2Handoff())
}
