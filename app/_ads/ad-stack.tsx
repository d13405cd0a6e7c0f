'use client'

import { createContext, type ReactNode, useEffect, useMemo } from 'react'
import type { PrebidServerConfig } from '#lib/ads/channels.ts'
import { pageHandoff } from '#lib/ads/page-handoff.ts'
import type { PublicIdentity } from '#lib/identity/public.ts'

interface AdStackValue {
  initial: PublicIdentity | undefined
  /** Undefined: the sandbox's. Null: no auction at all. */
  prebidServer: PrebidServerConfig | null | undefined
}

export const AdStackContext = createContext<AdStackValue>({ initial: undefined, prebidServer: undefined })

interface AdStackProps extends Partial<AdStackValue> {
  children?: ReactNode
}

/**
 * Each page renders its own. The identity itself lives on the window, so a soft navigation hands it on
 * and reads it afresh; React only follows it.
 */
export function AdStack({ initial, prebidServer, children }: AdStackProps) {
  // A server component that renders again (after an action, say) gives the same identity as a new object.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `now` and the status say whether it is new.
  useEffect(() => {
    pageHandoff().start(initial)
  }, [initial?.now, initial?.status])

  const value = useMemo(() => ({ initial, prebidServer }), [initial, prebidServer])
  return <AdStackContext value={value}>{children}</AdStackContext>
}
