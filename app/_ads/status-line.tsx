'use client'

import { lazy, Suspense } from 'react'
import { StatusBarNow } from './status-now.tsx'

/** In the browser its words are loaded after the page: until then it shows what the server rendered. */
const Bar =
  typeof window === 'undefined'
    ? StatusBarNow
    : lazy(() => import('./status-now.tsx').then(({ StatusBarNow }) => ({ default: StatusBarNow })))

/** The slim line below the masthead, as it stands now. */
export function StatusLine() {
  return (
    <Suspense>
      <Bar />
    </Suspense>
  )
}
