export { refreshOnTheWay as proxy } from '#lib/identity/proxy.ts'

export const config = {
  matcher: [
    {
      // Pages and /api/identity; not assets, files, the sandbox, nor the rest of the API.
      source: '/((?!_next/static|_next/image|sandbox/|api/(?!identity$)|.*\\.[a-z0-9]+$).*)',
      // A link in view is no visit: a prefetch must neither refresh nor store.
      missing: [
        { type: 'header', key: 'next-router-prefetch' },
        { type: 'header', key: 'next-router-segment-prefetch' },
        { type: 'header', key: 'purpose' },
        { type: 'header', key: 'sec-purpose' },
      ],
    },
    // Wherever it leads: a path with a percent sign may be one that cannot be decoded.
    '/(.*%.*)',
  ],
}
