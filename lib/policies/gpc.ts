import 'server-only'
import type { Policy } from '../identity/types'

/**
 * Global Privacy Control: https://www.w3.org/TR/gpc/. Only a browser can send the header, not another site's
 * page. `account`: also a denial by the reader, recorded for the account. `browser`: only for this request.
 */
export const globalPrivacyControl = ({ scope }: { scope: 'account' | 'browser' }): Policy => ({
  name: 'gpc',
  before: 'signed_out',
  check({ request }) {
    if (request.headers.get('sec-gpc') !== '1') return null
    return { status: 'gpc', keepCookie: true, ...(scope === 'account' && { denial }) }
  },
})

const denial = {
  advertising: 'denied',
  version: 'gpc',
  wording: 'The browser sent Global Privacy Control (Sec-GPC: 1).',
  source: 'gpc',
} as const
