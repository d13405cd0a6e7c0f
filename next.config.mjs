import { withoutAds } from './app/(site)/_articles/without-ads.mjs'

/** Every static page with an ad slot. tests/integration/caching.test.ts compares it with what was built. */
const staticPagesWithSlots = ['/', `/articles/:slug((?!(?:${withoutAds.join('|')})$).*)`]

/**
 * Starts the fetch of the identity before any bundle runs, so that a static page has its token before Prebid
 * is loaded. It is a header, because in markup it would be prefetched with a link and fire on the previous
 * page.
 */
const earlyIdentity = {
  missing: [{ type: 'header', key: 'rsc' }],
  headers: [{ key: 'Link', value: '</api/identity>; rel=preload; as=fetch; crossorigin=anonymous' }],
}

const policy = "frame-ancestors 'self'; base-uri 'self'; object-src 'none'"

/**
 * For every response. There is no script policy: static pages cannot carry a nonce, and real buyers load
 * unknown scripts. Creatives run in sandboxed frames instead. Never use `Referrer-Policy: no-referrer`:
 * browsers then send `Origin: null`, and same-origin forms are rejected.
 */
const safety = [
  { key: 'X-Content-Type-Options', value: 'nosniff' },
  { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
  { key: 'Cross-Origin-Opener-Policy', value: 'same-origin-allow-popups' },
  { key: 'Content-Security-Policy', value: `${policy}; form-action 'self'` },
  // Browsers use it only over https.
  { key: 'Strict-Transport-Security', value: 'max-age=31536000' },
]

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  // The first is the same module instance with which Next read the .env files: lib/env/env-files.ts asks it what
  // they changed. The others are large: bundled, eight chunks held a copy of them, 10 MB of source text in memory.
  serverExternalPackages: [
    '@next/env',
    '@iabgpp/cmpapi',
    'kysely',
    'libphonenumber-js',
    'lru-cache',
    'next-auth',
    'nodemailer',
    'zod',
  ],
  // A type error in the site's own files stops the build. One in a test must not.
  typescript: { tsconfigPath: 'tsconfig.site.json' },
  async headers() {
    return [
      { source: '/:path*', headers: safety },
      // Its forms redirect to identity providers through hosts that only the provider knows, and browsers
      // apply `form-action` to every redirect.
      { source: '/sign-in', headers: [{ key: 'Content-Security-Policy', value: policy }] },
      // The mailed link contains a secret, which must not be the referrer in the next page's ad requests.
      { source: '/sign-in/proof', headers: [{ key: 'Referrer-Policy', value: 'strict-origin' }] },
      ...staticPagesWithSlots.map((source) => ({ source, ...earlyIdentity })),
    ]
  },
}
