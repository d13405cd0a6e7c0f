import type { PrebidJS } from 'prebid.js'
import type { SiteSettings } from '../site-settings'

type Needs = Pick<SiteSettings, 'product' | 'prebidServer'>

/**
 * Prebid with the modules that this deployment needs, fetched together: one after another, each would cost a round
 * trip. Prebid touches `window` as it is evaluated, so it is only ever imported in the browser.
 */
export async function importPrebid(needs: Promise<Needs> | Needs): Promise<PrebidJS> {
  const [{ default: pbjs }] = await Promise.all([
    import('./prebid-base'),
    Promise.resolve(needs).then(({ product, prebidServer }) =>
      Promise.all([
        product === 'euid'
          ? import('prebid.js/modules/euidIdSystem')
          : import('prebid.js/modules/uid2IdSystem'),
        prebidServer && import('prebid.js/modules/prebidServerBidAdapter'),
      ]),
    ),
  ])
  return pbjs
}
