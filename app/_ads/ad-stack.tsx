'use client'

import { createContext, type ReactNode, useEffect } from 'react'
import { pageHandoff } from '#lib/ads/page-handoff.ts'
import type { PublicIdentity } from '#lib/identity/public.ts'

/** The identity that the page was rendered with, on dynamic pages. */
export const InitialIdentity = createContext<PublicIdentity | undefined>(undefined)

interface AdStackProps {
  initial?: PublicIdentity
  children?: ReactNode
}

/**
 * Each page renders its own. The identity itself lives on the window, so a soft navigation hands it on
 * and reads it afresh; React only follows it.
 */
export function AdStack({ initial, children }: AdStackProps) {
  // A server component that renders again (after an action, say) gives the same identity as a new object.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `now` and the status say whether it is new.
  useEffect(() => {
    pageHandoff().start(initial)
  }, [initial?.now, initial?.status])

  return <InitialIdentity value={initial}>{children}</InitialIdentity>
}
