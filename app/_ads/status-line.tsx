'use client'

import { StatusBar } from '#app/_ui/status-bar.tsx'
import { useUid2 } from './use-uid2.ts'

export function StatusLine() {
  return <StatusBar identity={useUid2()} />
}
