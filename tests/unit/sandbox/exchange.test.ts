import { describe, expect, it } from 'vitest'
import type { Buyer, TokenReading } from '#lib/sandbox/buyer/buyer.ts'
import { auction } from '#lib/sandbox/exchange/auction.ts'
import { createAuctionMemory } from '#lib/sandbox/exchange/auction-memory.ts'
import { campaignAt } from '#lib/sandbox/exchange/campaigns.ts'
import { describeReading, escapeHtml, renderCreative } from '#lib/sandbox/exchange/creative.ts'
import { handleAuction, handlePreflight } from '#lib/sandbox/exchange/web.ts'

const readable: TokenReading = {
  token: 'readable',
  scope: 'uid2',
  establishedAt: 1_767_225_600_000,
  refreshedAt: 1_767_276_131_000,
  expiresAt: 1_767_279_731_000,
  person: '3f9c21ab',
}

/** Reads one token only. */
const buyer: Buyer = {
  source: 'uidapi.com',
  read: async (token) =>
    token === undefined ? { token: 'none' } : token === 'GOOD' ? readable : { token: 'unreadable' },
}

const eids = (source = 'uidapi.com', id = 'GOOD') => [{ source, uids: [{ id, atype: 3 }] }]
const banner = (w: number, h: number) => ({ format: [{ w, h }] })

async function bids(request: object) {
  const result = await auction(
    { id: 'r1', imp: [{ id: 'top', banner: banner(300, 250) }], ...request },
    buyer,
  )
  if (!result.ok) throw new Error(result.error.message)
  return result.response.seatbid[0]?.bid ?? []
}

describe('the auction', () => {
  it('answers in the shape that Prebid’s server adapter expects', async () => {
    const result = await auction(
      {
        id: 'r1',
        imp: [
          { id: 'top', banner: banner(728, 90), secure: 1, ext: { prebid: { bidder: { sandbox: {} } } } },
          { id: 'clip', video: { mimes: ['video/mp4'] } },
          { id: 'side', banner: { w: 160, h: 600 } },
        ],
        site: { page: 'https://lantern.example/' },
        user: { ext: { eids: eids() } },
        tmax: 1000,
      },
      buyer,
    )
    expect(result).toMatchObject({
      ok: true,
      response: { id: 'r1', cur: 'USD', seatbid: [{ seat: 'sandbox' }] },
    })
    if (!result.ok) return
    const [top, side] = result.response.seatbid[0]?.bid ?? []
    expect(top).toEqual({
      id: 'r1-1',
      impid: 'top',
      price: expect.any(Number),
      adm: expect.stringContaining('<svg'),
      w: 728,
      h: 90,
      crid: expect.stringMatching(/-728x90$/),
      mtype: 1,
      adomain: [expect.stringMatching(/\.example$/)],
      ext: { uid2: readable, prebid: { type: 'banner', meta: { uid2: readable } } },
    })
    expect(side).toMatchObject({ impid: 'side', w: 160, h: 600 })
    expect(result.response.seatbid[0]?.bid).toHaveLength(2)
  })

  it('finds eids in both places, of its own source only', async () => {
    const token = async (user: object) => (await bids({ user }))[0]?.ext.uid2.token
    expect(await token({ eids: eids() })).toBe('readable')
    expect(await token({ ext: { eids: eids() } })).toBe('readable')
    expect(await token({ eids: eids('id5-sync.com'), ext: { eids: eids() } })).toBe('readable')
    expect(await token({ eids: [{ source: 'uidapi.com' }], ext: { eids: eids() } })).toBe('readable')
    expect(await token({ eids: eids('id5-sync.com') })).toBe('none')
    expect(await token({ eids: eids('euid.eu') })).toBe('unreadable')
    expect(await token({ eids: eids('uidapi.com', 'STRANGE') })).toBe('unreadable')
    expect(await token({})).toBe('none')
  })

  it('bids more than three times as much for each slot with a readable token, and the same each time', async () => {
    for (const id of ['top', 'side', 'article-1', 'article-2', 'foot']) {
      const imp = [{ id, banner: banner(300, 250) }]
      const [withToken] = await bids({ imp, user: { eids: eids() } })
      const [without] = await bids({ imp })
      const [again] = await bids({ imp })
      expect(withToken?.price).toBeGreaterThan((without?.price ?? 9) * 3)
      expect(without?.price).toBeGreaterThan(0)
      expect(again).toEqual(without)
    }
  })

  it('identifies a slot by tag or ad unit before imp id, so that the campaign stays', async () => {
    const slot = async (imp: object) => (await bids({ imp: [{ banner: banner(300, 250), ...imp }] }))[0]?.crid
    const plain = await slot({ id: 'article-1' })
    expect(await slot({ id: 'x', tagid: 'article-1' })).toBe(plain)
    expect(await slot({ id: 'y', ext: { prebid: { adunitcode: 'article-1' } } })).toBe(plain)
  })

  it('prefers a size with a design', async () => {
    const format = [{ w: 336, h: 280 }, { w: 300, h: 250 }, { wratio: 4 }]
    expect((await bids({ imp: [{ id: 'a', banner: { format } }] }))[0]).toMatchObject({ w: 300, h: 250 })
  })

  it('makes no bid without a size', async () => {
    const imp = [{ id: 'a', banner: {} }]
    expect(await auction({ id: 'r', imp }, buyer)).toMatchObject({ ok: true, response: { seatbid: [] } })
  })

  it.each([
    null,
    [],
    {},
    { id: 'r' },
    { id: 'r', imp: [] },
    { id: 'r', imp: [{}] },
    { id: 1, imp: [{ id: 'a' }] },
  ])('refuses %j', async (input) =>
    expect(await auction(input, buyer)).toEqual({
      ok: false,
      error: { error: 'invalid', message: expect.stringMatching(/./) },
    }),
  )
})

describe('the creative', () => {
  const sizes = [
    [300, 250],
    [728, 90],
    [320, 50],
    [970, 250],
    [160, 600],
  ] as const

  it.each(sizes)('at %d × %d loads nothing and has nothing that a policy could block', (w, h) => {
    for (const number of [0, 1, 2]) {
      const html = renderCreative(campaignAt(number), { w, h }, readable)
      expect(html).toContain(`width="${w}" height="${h}"`)
      expect(html).not.toMatch(/<script|<style|style=|<link|<img|href|src=|url\(|\son\w+=/i)
      expect(html.replace('http://www.w3.org/2000/svg', '')).not.toContain('://')
    }
  })

  it('describes in words what the buyer could read', () => {
    expect(describeReading(readable).join(' · ')).toBe(
      'Bought with your UID2 · person 3f9c21ab · refreshed 14:02:11 UTC',
    )
    expect(describeReading({ ...readable, scope: 'euid' })[0]).toBe('Bought with your EUID')
    expect(describeReading({ token: 'none' })).toEqual(['Bought without an identity'])
    expect(describeReading({ token: 'expired' })[1]).toBe('the token had expired')
    expect(describeReading({ token: 'unreadable' })[1]).toBe('the token could not be read')
    const strip = renderCreative(campaignAt(0), { w: 728, h: 90 }, readable)
    expect(strip).toContain('Bought with your UID2 · person 3f9c21ab · refreshed 14:02:11 UTC')
  })

  it('escapes every text in it', () => {
    const evil = `<img src=x onerror="alert('1')">&`
    expect(escapeHtml(evil)).not.toMatch(/[<>"']/)
    const campaign = { ...campaignAt(0), advertiser: evil, headline: evil, line: evil }
    const html = renderCreative(campaign, { w: 300, h: 250 }, { ...readable, person: evil })
    expect(html).not.toContain('<img')
  })
})

describe('the exchange on web requests', () => {
  const url = 'http://localhost/sandbox/exchange/openrtb2/auction'
  const send = (body: string, headers: Record<string, string> = {}) =>
    handleAuction(new Request(url, { method: 'POST', body, headers }), {
      buyer,
      memory: createAuctionMemory(),
      origin: 'http://localhost',
    })
  const minimal = JSON.stringify({ id: 'r', imp: [{ id: 'a', banner: { w: 300, h: 250 } }] })

  it('accepts JSON as text/plain, and ignores cookies', async () => {
    const plain = await send(minimal, { 'content-type': 'text/plain' })
    const withCookie = await send(minimal, { 'content-type': 'text/plain', cookie: 'uid2=GOOD' })
    expect(plain.status).toBe(200)
    expect(await withCookie.json()).toEqual(await plain.json())
    expect(plain.headers.get('cache-control')).toBe('no-store')
    expect(plain.headers.has('set-cookie')).toBe(false)
  })

  it.each([
    ['{', 400, 'bad_json'],
    ['', 400, 'bad_json'],
    ['{"id":"r"}', 400, 'invalid'],
    [' '.repeat(256 * 1024 + 1), 413, 'too_large'],
  ])('refuses %.12j with %d %s', async (body, status, error) => {
    const response = await send(body)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ error, message: expect.stringMatching(/./) })
  })

  it('allows any origin with credentials, as exchanges do', async () => {
    const origin = 'https://news.example'
    const response = await send(minimal, { origin })
    expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    expect(response.headers.get('access-control-allow-credentials')).toBe('true')
    const headers = { origin, 'access-control-request-headers': 'content-type' }
    const preflight = handlePreflight(new Request(url, { method: 'OPTIONS', headers }))
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type')
  })
})
