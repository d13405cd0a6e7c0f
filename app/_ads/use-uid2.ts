'use client'

import { use, useSyncExternalStore } from 'react'
import { pageTokenStore } from '#lib/ads/page-token-store.ts'
import { LOADING, type TokenState } from '#lib/ads/token-store/transitions.ts'
import { InitialIdentity } from './ad-stack.tsx'

/** What the page knows of the reader's identity. On the server: what the page was rendered with. */
export function useUid2(): TokenState {
  const rendered = use(InitialIdentity) ?? LOADING
  return useSyncExternalStore(
    subscribe,
    // Before the first effect the token store knows nothing, and the status line would flicker.
    () => (pageTokenStore().isStarted() ? pageTokenStore().getSnapshot() : rendered),
    () => rendered,
  )
}

function subscribe(listener: () => void): () => void {
  return pageTokenStore().subscribe(listener)
}
