import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inPlace, inPlaceName } from '../support/own-sign-in.ts'
import { raw } from '../support/raw.ts'
import { type Site, startSite } from '../support/site.ts'
import { buildTimeoutMs, buildVariant } from '../support/variant.ts'

let alone: Site
let behindProxy: Site

beforeAll(async () => {
  const folder = await buildVariant(inPlaceName, inPlace)
  alone = await startSite({ folder })
  behindProxy = await startSite({ folder, env: { TRUST_PROXY_HOPS: '1' } })
}, buildTimeoutMs)
afterAll(() => Promise.all([alone.stop(), behindProxy.stop()]))

type Headers = Record<string, string>
const inText = (html: string) => /<i id="page">([^<]+)<\/i>/.exec(html)?.[1]

const surfaces: [string, (site: Site, headers: Headers) => Promise<string | undefined>][] = [
  ['a page', async (site, headers) => inText((await raw(site, '/probe/address', { headers })).text)],
  ['a route handler', async (site, headers) => (await raw(site, '/probe/address/route', { headers })).text],
  [
    'a route handler that the proxy did not see',
    async (site, headers) =>
      (await raw(site, '/probe/address/route', { headers: { ...headers, 'next-router-prefetch': '1' } }))
        .text,
  ],
]

describe.each(surfaces)('the address of the client in %s', (_, ask) => {
  it('A9: is that of the connection, and no header changes it', async () => {
    for (const headers of [
      {},
      { 'X-Forwarded-For': '203.0.113.9' },
      { 'x-FORWARDED-for': '203.0.113.9, 203.0.113.10', Forwarded: 'for=203.0.113.9' },
      { 'X-Real-IP': '203.0.113.9', 'X-Peer': '203.0.113.9' },
    ] as Headers[])
      expect(await ask(alone, headers)).toBe('127.0.0.1')
  })

  it('is what the trusted proxy says, not what its client made up', async () => {
    const headers = { 'X-Forwarded-For': '198.51.100.1, 203.0.113.9' }
    expect(await ask(behindProxy, headers)).toBe('203.0.113.9')
    expect(await ask(behindProxy, {})).toBe('127.0.0.1')
  })
})
