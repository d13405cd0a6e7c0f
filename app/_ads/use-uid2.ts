'use client'

import { use, useSyncExternalStore } from 'react'
import { type HandoffState, LOADING } from '#lib/ads/handoff/handoff-state.ts'
import { pageHandoff } from '#lib/ads/page-handoff.ts'
import { InitialIdentity } from './ad-stack.tsx'

/** What the page knows of the reader's identity. On the server: what the page was rendered with. */
export function useUid2(): HandoffState {
  const rendered = use(InitialIdentity) ?? LOADING
  return useSyncExternalStore(
    subscribe,
    // Before the first effect the hand-off knows nothing, and the status line would flicker.
    () => (pageHandoff().started ? pageHandoff().getSnapshot() : rendered),
    () => rendered,
  )
}

function subscribe(listener: () => void): () => void {
  return pageHandoff().subscribe(listener)
}
