'use client'

import { useEffect, useState } from 'react'
import type { PublicIdentity } from '@/lib/identity/public-identity'

interface AdProps {
  /** A new one with each answer of the server, so that the slot is sold again. A static page has none, and asks the server. */
  identity?: PublicIdentity
  prebidServer: string
}

/** One slot. Its frame is sandboxed, so that a creative cannot reach the page. */
export function Ad({ identity, prebidServer }: AdProps) {
  const [shown, show] = useState({ status: identity?.status ?? 'loading', markup: '' })

  useEffect(() => {
    let isLatest = true
    import('./auction')
      .then(({ holdAuction }) => holdAuction(identity, prebidServer))
      .then((sold) => isLatest && show(sold))
      .catch(() => {}) // A page without an ad is better than none.
    return () => {
      isLatest = false
    }
  }, [identity, prebidServer])

  return (
    <>
      <p>
        UID2: <output>{shown.status}</output>
      </p>
      <iframe title="Advertisement" width={300} height={250} sandbox="allow-scripts" srcDoc={shown.markup} />
    </>
  )
}
