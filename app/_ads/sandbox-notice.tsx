'use client'

import { SandboxNote } from '#app/_ui/sandbox-note.tsx'
import { useSiteSettings } from './use-site-settings.ts'

/** On every page of a sandbox, static ones too, which are built before the deployment is known. */
export function SandboxNotice() {
  return useSiteSettings()?.mode === 'sandbox' ? <SandboxNote /> : null
}
