export { proxy } from '#lib/site/proxy.ts'

export const config = {
  matcher: [
    {
      // Pages; not assets, files, the sandbox, nor the API.
      source:
        '/((?!_next/static|_next/image|sandbox/|api/|.*\\.(?:svg|png|ico|jpg|webp|woff2|js|css|map|txt|xml|json|webmanifest)$).*)',
      // A link in view is no visit: a prefetch must neither refresh nor store. Next takes these two away
      // before the proxy could see them; the browser's own marks it looks at itself.
      missing: [
        { type: 'header', key: 'next-router-prefetch' },
        { type: 'header', key: 'next-router-segment-prefetch' },
      ],
    },
    // Not with a body, which Next would copy, and answer 500 to one that breaks off.
    {
      source: '/api/identity',
      missing: [
        { type: 'header', key: 'content-length' },
        { type: 'header', key: 'transfer-encoding' },
      ],
    },
    // Wherever it leads: what is to be refused (lib/http/incoming-requests.ts).
    { source: '/(.*)', has: [{ type: 'header', key: 'x-refused-method' }] },
  ],
}
