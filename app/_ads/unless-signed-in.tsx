'use client'

import type { ReactNode } from 'react'
import type { HandoffState } from '#lib/ads/handoff/handoff-state.ts'
import { useUid2 } from './use-uid2.ts'

/** What only makes sense signed out. It stands until the page knows better: pages are the same for everybody. */
export function UnlessSignedIn({ children }: { children: ReactNode }) {
  return isSignedIn(useUid2()) ? null : children
}

/** Some statuses come before the question who is asking. */
function isSignedIn(state: HandoffState): boolean {
  if (state.status === 'unsupported') return state.reason !== 'page'
  return state.status !== 'loading' && state.status !== 'gpc' && state.status !== 'signed_out'
}
