'use client'

import { useEffect, useState } from 'react'
import type { PublicIdentity } from '@/lib/identity/public-identity'

/** One slot, in a frame that cannot reach the page. A static page gives no `identity`: the server is asked. */
export function Ad({ identity, prebidServer }: { identity?: PublicIdentity; prebidServer: string }) {
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
