'use client'

import { lazy, type ReactNode, Suspense } from 'react'
import { StatusBarNow } from './status-now.tsx'

/**
 * In the browser its words are loaded after the page: until then it shows what the server rendered. If they cannot be
 * loaded it goes: an error would replace the page.
 */
const Bar =
  typeof window === 'undefined'
    ? StatusBarNow
    : lazy<() => ReactNode>(() =>
        import('./status-now.tsx').then(
          ({ StatusBarNow }) => ({ default: StatusBarNow }),
          () => ({ default: () => null }),
        ),
      )

/** The slim line below the masthead, as it stands now. */
export function StatusLine() {
  return (
    <Suspense>
      <Bar />
    </Suspense>
  )
}
