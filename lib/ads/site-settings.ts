import type { Product } from '../identity/public-identity'
import { loadOncePerWindow } from './once-per-window'

/** The deployment's public settings, the same for every reader. Static pages are built before they are known. */
export interface SiteSettings {
  mode: 'sandbox' | 'real'
  product: Product
  /** Where header bidding goes; relative endpoints are of this site. Null: nowhere. */
  prebidServer: { endpoint: string; accountId: string } | null
  /** Under UID2_HANDOFF=client: the operator that the browser refreshes at, relative where it is of this site. */
  clientRefresh: { operatorUrl: string } | null
}

/** `GET /api/site`, once per page load. Rejects when the site cannot be reached, and then the next call asks again. */
export const siteSettings = (): Promise<SiteSettings> =>
  loadOncePerWindow('site-settings', async () => {
    const answer = await fetch('/api/site')
    if (!answer.ok) throw new Error(`/api/site answered ${answer.status}`)
    return (await answer.json()) as SiteSettings
  })
