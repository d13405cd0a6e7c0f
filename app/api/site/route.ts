import { NextResponse } from 'next/server'
import type { SiteSettings } from '#lib/ads/site-settings.ts'
import { env } from '#lib/env/env.ts'

/** The deployment's public settings. Static pages cannot contain them, because they are built earlier. */
export function GET() {
  const { mode, product, prebidServer, handoff, operator } = env()
  const operatorUrl = mode === 'sandbox' ? '/sandbox/operator' : operator.baseUrl
  const clientRefresh = handoff === 'client' ? { operatorUrl } : null
  const settings: SiteSettings = { mode, product, prebidServer, clientRefresh }
  return NextResponse.json(settings, { headers: { 'Cache-Control': 'public, max-age=60' } })
}
