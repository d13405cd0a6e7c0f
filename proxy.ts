export { refreshOnTheWay as proxy } from '#lib/identity/proxy.ts'

export const config = {
  matcher: [
    {
      // Pages and /api/identity; not assets, files, the sandbox, nor the rest of the API.
      source:
        '/((?!_next/static|_next/image|sandbox/|api/(?!identity$)|.*\\.(?:svg|png|ico|jpg|webp|woff2|js|css|map|txt|xml|json|webmanifest)$).*)',
      // A link in view is no visit: a prefetch must neither refresh nor store. Next takes these two away
      // before the proxy could see them; the browser's own marks it looks at itself.
      missing: [
        { type: 'header', key: 'next-router-prefetch' },
        { type: 'header', key: 'next-router-segment-prefetch' },
      ],
    },
    // Wherever it leads: a path with a percent sign may be one that cannot be decoded.
    '/(.*%.*)',
  ],
}
