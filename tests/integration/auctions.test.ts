import { describe, expect, it } from 'vitest'
import { type Visitor, visitor, withToken } from '../support/reader.ts'
import { sandboxSite, siteWithOperator } from '../support/shared-site.ts'

const auctionPath = '/sandbox/exchange/openrtb2/auction'
const ownPath = '/sandbox/exchange/auctions'

const site = await sandboxSite()

const bidRequest = (id: string, token?: string) => ({
  id,
  imp: [
    { id: 'side', banner: { format: [{ w: 300, h: 250 }] }, ext: { prebid: { bidder: { sandbox: {} } } } },
  ],
  ...(token !== undefined && {
    user: { ext: { eids: [{ source: 'uidapi.com', uids: [{ id: token, atype: 3 }] }] } },
  }),
})

async function auctionsOf(reader: Visitor): Promise<{ id: string; reading: { person?: string } }[]> {
  const answer = await reader.fetch(ownPath)
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  return ((await answer.json()) as { auctions: [] }).auctions
}

describe('the exchange', () => {
  it('shows a browser its own auctions and what the buyer read, with six characters of the token (K3)', async () => {
    const reader = await withToken(site)
    const { token } = reader
    const answer = await reader.post(auctionPath, bidRequest('first', token))
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^sandbox_exchange=[\w-]{22}; Path=\/sandbox\/exchange; HttpOnly; SameSite=Lax$/),
    ])
    expect((await reader.post(auctionPath, bidRequest('second'))).headers.getSetCookie()).toEqual([])
    const auctions = await auctionsOf(reader)
    expect(auctions).toEqual([
      expect.objectContaining({ id: 'second', from: 'prebid', eids: [], reading: { token: 'none' } }),
      expect.objectContaining({
        id: 'first',
        slots: ['side'],
        eids: [{ source: 'uidapi.com', id: `…${token.slice(-6)}`, place: 'user.ext.eids' }],
        reading: expect.objectContaining({
          token: 'readable',
          person: expect.stringMatching(/^[0-9a-f]{8}$/),
        }),
        bids: [{ slot: 'side', price: expect.any(Number), campaign: expect.any(String) }],
      }),
    ])
    expect(JSON.stringify(auctions)).not.toContain(token.slice(-7))
  })

  it('shows no browser the auctions of another one', async () => {
    const [one, other] = [visitor(site), visitor(site)]
    await one.post(auctionPath, bidRequest('one'))
    await other.post(auctionPath, bidRequest('other'))
    expect((await auctionsOf(one)).map(({ id }) => id)).toEqual(['one'])
    expect((await auctionsOf(other)).map(({ id }) => id)).toEqual(['other'])
    expect(await auctionsOf(visitor(site))).toEqual([])
  })

  it('shows them to pages of this site only', async () => {
    const elsewhere = { headers: { origin: 'https://elsewhere.example' } }
    const answer = await visitor(site).fetch(ownPath, elsewhere)
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })

  it.each([
    ['a server', {}],
    ['a page of another site', { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }],
  ])('bids for %s without keeping anything', async (_, headers) => {
    const body = JSON.stringify(bidRequest('elsewhere'))
    const answer = await fetch(site.origin + auctionPath, { method: 'POST', headers, body })
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []])
    expect((await answer.json()).seatbid[0].bid).toHaveLength(1)
  })
})

it('outside sandbox mode there are no auctions to see, and no stand-ins', async () => {
  const { site: real } = await siteWithOperator()
  for (const path of [ownPath, '/sandbox/cdn/gpt.js', '/sandbox/operator/ops/healthcheck'])
    expect([path, (await fetch(real.origin + path)).status]).toEqual([path, 404])
})

it('every stand-in is a script that no cache stores, and there is no other', async () => {
  const names = ['gpt.js', 'uid2-sdk.js', 'euid-sdk.js', 'uid2SecureSignal.js', 'euidSecureSignal.js']
  for (const name of names) {
    const answer = await fetch(`${site.origin}/sandbox/cdn/${name}`)
    const [type, cache] = ['content-type', 'cache-control'].map((header) => answer.headers.get(header))
    expect([answer.status, type, cache]).toEqual([200, 'text/javascript; charset=utf-8', 'no-store'])
  }
  expect((await fetch(`${site.origin}/sandbox/cdn/prebid.js`)).status).toBe(404)
})
