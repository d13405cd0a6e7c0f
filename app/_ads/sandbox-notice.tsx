'use client'

import { type ReactNode, useEffect, useState } from 'react'
import { siteSettings } from '#lib/ads/site-settings.ts'

/** On every page of a sandbox, static ones too, which are built before the deployment is known. */
export function SandboxNotice() {
  const [note, setNote] = useState<ReactNode>(null)
  useEffect(() => {
    async function load(): Promise<void> {
      if ((await siteSettings()).mode !== 'sandbox') return
      const { SandboxNote } = await import('#app/_ui/sandbox-note.tsx')
      setNote(<SandboxNote />)
    }
    // The site is out of reach.
    load().catch(() => {})
  }, [])
  return note
}
