'use client'

import { useEffect, useState } from 'react'
import { SandboxNote } from '#app/_ui/sandbox-note.tsx'
import { siteSettings } from '#lib/ads/site-settings.ts'

/** On every page of a sandbox, static ones too, which are built before the deployment is known. */
export function SandboxNotice() {
  const [sandbox, setSandbox] = useState(false)
  useEffect(() => {
    siteSettings().then(
      ({ mode }) => setSandbox(mode === 'sandbox'),
      () => {},
    )
  }, [])
  return sandbox ? <SandboxNote /> : null
}
