/** Other paths: files, Next's own paths, and unknown ones. */
export const otherPaths = [
  '/icon.svg',
  '/favicon.ico',
  '/_next',
  '/_next/static/x.js',
  '/_next/image',
  '/_next/data/x/choice.json',
  '/_not-found',
  '/404',
  '/500',
  '/_error',
  '/index',
  '/nothing',
  '/api',
  '/sandbox',
  '/sandbox/operator',
]

export const endings = [
  ...['', '', '', '', '', ''],
  ...[
    '/',
    '//',
    '/x',
    '//x',
    '/..',
    '/../choice',
    '/%2e%2e/choice',
    '/%2e%2e%2f',
    '/.',
    '/\\x',
    '%00',
    '%2f',
    '%',
    '%ff',
  ],
  ...['.css', '.js', '.json', '.rsc', '.txt', '.action', '.segments/_tree.segment.rsc', ';x', '/__PAGE__'],
  ...[
    '?_rsc=x',
    '?__nextDataReq=1',
    '?nxtPslug=x',
    '?__nextLocale=de',
    '?nextauth=signin&nextauth=x',
    '?slug=x',
  ],
  ...[
    '?x=%',
    '?x=%00',
    '?next=//evil.example',
    '?next[]=a',
    '?a=1&a=2',
    '?__proto__=1',
    `?${'q'.repeat(3000)}`,
  ],
  ...['?error=x', '?error=%E2%98%83', '?callbackUrl=javascript:1', '?csrf=true', '?deleted=x&wait&failed'],
]

export const methods = [
  ...Array<string>(8).fill('GET'),
  ...Array<string>(6).fill('POST'),
  ...[
    'HEAD',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'PURGE',
    'LINK',
    'M-SEARCH',
    'SEARCH',
  ],
]

const tree = (value: unknown) => ({ 'next-router-state-tree': encodeURIComponent(JSON.stringify(value)) })

export const headerLists: Record<string, string>[] = [
  // Origin headers.
  ...['http://evil.example', 'null', 'http://localhost', 'x'].map((origin) => ({ origin })),
  ...['same-origin', 'cross-site', 'none', 'x'].map((site) => ({ 'sec-fetch-site': site })),
  ...['evil.example', 'evil.example:99999', '[::1', 'x y'].map((host) => ({ host })),
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https, http' },
  { 'x-forwarded-proto': 'gopher' },
  { 'x-forwarded-for': 'x,' },
  // Headers of browsers.
  ...['text/html', '*/*', 'x'].map((accept) => ({ accept })),
  { 'sec-gpc': '1' },
  { purpose: 'prefetch' },
  { 'sec-purpose': 'prefetch;prerender' },
  { 'sec-fetch-dest': 'image' },
  { 'if-none-match': '*' },
  { 'if-modified-since': 'x' },
  { range: 'bytes=9-1' },
  { expect: '100-continue' },
  { upgrade: 'websocket', connection: 'upgrade' },
  { connection: 'close, x-refused-method' },
  { 'accept-encoding': 'gzip, br;q=x' },
  { 'content-encoding': 'gzip' },
  { 'transfer-encoding': 'chunked' },
  { authorization: 'Bearer x' },
  { 'content-security-policy': "script-src 'nonce-<x>'" },
  ...['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'x'].map(contentType),
  ...['multipart/form-data; boundary=b', 'multipart/form-data', 'application/json; charset=x'].map(
    contentType,
  ),
  // Headers of Next's router.
  { 'next-action': 'f'.repeat(42) },
  { 'next-action': 'x' },
  ...['1', '2', '3', 'x'].map((it) => ({ rsc: '1', 'next-router-prefetch': it })),
  ...['/_tree', '/_index', '/_full', '../x', '/$a'].map((it) => ({ 'next-router-segment-prefetch': it })),
  ...['x', '%', '%5B%22%22%5D', '{}'].map((it) => ({ 'next-router-state-tree': it })),
  tree(['', { children: ['x', {}] }]),
  tree(['', { children: ['(account)', { children: ['choice', {}, null, 'refetch'] }] }]),
  tree(['', { ['__proto__']: ['x', {}] }, null, 'metadata-only']),
  tree([['slug', 'x', 'd', null], {}, ['', ''], 'inside-shared-layout', 9, 'x']),
  { 'next-url': '%' },
  { 'next-hmr-refresh': '1' },
  { 'next-resume': '1' },
  // Headers that Next uses internally.
  { 'x-refused-method': 'POST' },
  { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
  { 'x-middleware-rewrite': 'http://evil.example/', 'x-middleware-override-headers': 'cookie' },
  { 'x-middleware-set-cookie': 'a=b', 'x-middleware-next': '1' },
  { 'x-matched-path': '/choice', 'x-now-route-matches': '1=x' },
  { 'x-invoke-status': '500', 'x-invoke-path': '/x' },
  { 'x-nextjs-data': '1' },
  { 'x-prerender-revalidate': 'x' },
  { 'x-nextjs-postponed': '1' },
  // Foreign or damaged cookies.
  ...[
    'next-auth.session-token=x; uid2=y',
    'a=%; __proto__=1; =;;',
    'uid2=Fe26.2**x**y',
    'next-auth.callback-url=javascript:1',
    'sign-in=x; __prerender_bypass=1; __next_preview_data=x',
    Array(200).fill('uid2=x').join('; '),
  ].map((cookie) => ({ cookie })),
]

function contentType(type: string) {
  return { 'content-type': type }
}

const part = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`

export const bodies: (string | null)[] = [
  null,
  '',
  ...[
    '{}',
    '[]',
    'null',
    '{',
    '{"a":'.repeat(2000),
    '{"advertising":"granted"}',
    '{"recheck":true,"signals":{"gpp":"x"}}',
  ],
  '{"advertising":"denied","advertising":"granted","wording":5}',
  '{"id":"1","imp":[{"id":"1","banner":{"format":[{"w":"x"}]}}],"user":{"eids":[{"uids":[{}]}]}}',
  '{"faults":[],"lifetimes":{}}',
  ...['a=b', 'advertising=denied&advertising=granted', 'advertising=granted&signals=%7B&next=//evil.example'],
  ...[
    'kind=email&value=a%40b.example&next=//evil.example',
    'kind=phone&value=%2B1',
    'secret=%00&secret=x',
    'value=%ff',
  ],
  ...[
    'provider=google',
    'csrfToken=x&email=a%40b.example',
    'x'.repeat(20_000),
    'x'.repeat(70_000),
    '\u0000',
    'AAAA',
  ],
  // Bodies of React's server actions.
  `${part('$ACTION_REF_1', '')}${part('$ACTION_1:0', '{"id":"x","bound":"$@1"}')}--b--\r\n`,
  `${part('$ACTION_ID_x', '')}${part('advertising', 'granted')}${part('advertising', 'denied')}--b--\r\n`,
  `${part('0', '["$B1"]')}--b--\r\n`,
  `${part('0', `["$n${'9'.repeat(2000)}"]`)}--b--\r\n`,
  `${part('0', '["$K1"]')}${part('0', '["$K1"]')}--b--\r\n`,
  '--b\r\nContent-Disp',
]
