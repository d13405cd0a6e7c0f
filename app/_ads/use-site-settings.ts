'use client'

import { useEffect, useState } from 'react'
import { type SiteSettings, siteSettings } from '#lib/ads/site-settings.ts'

/** The deployment's public settings; null until they are there, and when they cannot be had. */
export function useSiteSettings(): SiteSettings | null {
  const [settings, setSettings] = useState<SiteSettings | null>(null)
  useEffect(() => {
    siteSettings().then(setSettings, () => {})
  }, [])
  return settings
}
