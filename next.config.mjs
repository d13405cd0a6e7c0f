import { withoutAds } from './app/(site)/_articles/without-ads.mjs'

/** Every static page with an ad slot. tests/integration/caching.test.ts compares it with what was built. */
const staticPagesWithSlots = ['/', `/articles/:slug((?!(?:${withoutAds.join('|')})$).*)`]

/**
 * Begins the fetch of the identity before any bundle runs, so that a static page has its token before
 * Prebid is loaded. A header, because as markup it would come along with a link's prefetch and fire on
 * the page before.
 */
const earlyIdentity = {
  missing: [{ type: 'header', key: 'rsc' }],
  headers: [{ key: 'Link', value: '</api/identity>; rel=preload; as=fetch; crossorigin=anonymous' }],
}

const policy = "frame-ancestors 'self'; base-uri 'self'; object-src 'none'"

/**
 * For every response. No script policy: static pages cannot carry a nonce, and what real buyers load is
 * unbounded; creatives run in sandboxed frames instead. Never `Referrer-Policy: no-referrer`, with which
 * browsers send `Origin: null` and same-origin forms are refused.
 */
const safety = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin-allow-popups' },
  { key: 'Content-Security-Policy', value: `${policy}; form-action 'self'` },
  // Browsers heed it over https only.
  { key: 'Strict-Transport-Security', value: 'max-age=31536000' },
]

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  // The very module that Next read the .env files with: lib/env/env-files.ts asks it what they changed.
  serverExternalPackages: ['@next/env'],
  // A type error stops the build. Of the site's own files alone: a slip in a test must not stop anybody's site.
  typescript: { tsconfigPath: 'tsconfig.site.json' },
  async headers() {
    return [
      { source: '/:path*', headers: safety },
      // Its forms lead on to identity providers, each by way of hosts that only the provider knows, and
      // browsers hold a form to its page's rule through every redirect.
      { source: '/sign-in', headers: [{ key: 'Content-Security-Policy', value: policy }] },
      // The link of a mail: what it holds must not be the referrer that the next page's ad requests name.
      { source: '/sign-in/proof', headers: [{ key: 'Referrer-Policy', value: 'strict-origin' }] },
      ...staticPagesWithSlots.map((source) => ({ source, ...earlyIdentity })),
    ]
  },
}
