import { expect, test, vi } from 'vitest'
import { adSettings, adSetups } from '#app/_ads/ad-config.ts'
import type { AdSetup } from '#lib/ads/ad-setup.ts'

const gpt = 'https://securepubads.g.doubleclick.net/tag/js/gpt.js'
const each = Object.entries<Omit<AdSetup, 'name'>>(adSetups)

test.each(each)('the setup %s has bidders where Prebid refreshes', (_name, setup) => {
  if (setup.refresher === 'prebid') expect(setup.bidders).not.toBeNull()
})

test.each(each)('the setup %s has the part that gives its secure signals (G3)', (_name, setup) => {
  if (setup.secureSignals !== null) expect(setup.gpt).not.toBeNull()
  if (setup.secureSignals === 'prebid') expect(setup.bidders).not.toBeNull()
})

test.each([
  ['sandbox', 'uid2', '/sandbox/cdn/gpt.js', '/sandbox/cdn/gpt.js?deploy=uid2', '/sandbox/cdn/uid2-sdk.js'],
  ['sandbox', 'euid', '/sandbox/cdn/gpt.js', '/sandbox/cdn/gpt.js?deploy=euid', '/sandbox/cdn/euid-sdk.js'],
  ['real', 'uid2', gpt, gpt, 'https://cdn.prod.uidapi.com/uid2-sdk-4.0.1.js'],
  ['real', 'euid', gpt, gpt, 'https://cdn.prod.euid.eu/euid-sdk-4.0.1.js'],
])(
  'the scripts of %s mode for %s: only the sandbox’s URL names Google’s deployment',
  async (mode, product, ...urls) => {
    vi.stubGlobal('window', {})
    vi.stubGlobal('fetch', async () => Response.json({ mode, product }))
    const { scripts, serverBidders } = await adSettings()
    vi.unstubAllGlobals()
    expect([scripts.gpt(false), scripts.gpt(true), scripts.sdk]).toEqual(urls)
    expect(serverBidders).toEqual(['sandbox'])
  },
)
