'use client'

import { StatusBar } from '#app/_ui/status-bar.tsx'
import { StatusText } from '#app/_ui/status-text.tsx'
import { useUid2 } from './use-uid2.ts'

/** The slim line below the masthead, as it stands now. */
export function StatusLine() {
  return <StatusBar identity={useUid2()} />
}

/** The same words as running text, spoken when they change. */
export function StatusParagraphs() {
  return (
    <div role="status">
      <StatusText identity={useUid2()} />
    </div>
  )
}
