import { NextResponse } from 'next/server'
import type { SiteSettings } from '#lib/ads/site-settings.ts'
import { env } from '#lib/env/server.ts'

export const dynamic = 'force-dynamic'

/** The deployment's public settings, which static pages cannot hold: they are built before it is known. */
export function GET() {
  const { mode, product, prebidServer } = env()
  const settings: SiteSettings = { mode, product, prebidServer }
  return NextResponse.json(settings, { headers: { 'Cache-Control': 'public, max-age=60' } })
}
