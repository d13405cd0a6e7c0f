'use client'

import { StatusBar } from '#app/_ui/status-bar.tsx'
import { StatusText } from '#app/_ui/status-text.tsx'
import type { Product } from '#lib/identity/public-identity.ts'
import { useSiteSettings } from './use-site-settings.ts'
import { useUid2 } from './use-uid2.ts'

/** The line below the masthead. */
export function StatusBarNow() {
  return <StatusBar identity={useUid2()} product={useProduct()} />
}

/** The same words as running text, spoken when they change. */
export function StatusParagraphs() {
  return (
    <div role="status">
      <StatusText identity={useUid2()} product={useProduct()} />
    </div>
  )
}

/** Static pages are built before it is known; an identity that is there tells it itself. */
function useProduct(): Product {
  const identity = useUid2()
  const settings = useSiteSettings()
  if (identity.status === 'available') return identity.source === 'euid.eu' ? 'euid' : 'uid2'
  return settings?.product ?? 'uid2'
}
