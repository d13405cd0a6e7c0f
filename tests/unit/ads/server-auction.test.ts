// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how macros are written.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Auction, bidRequest } from '#lib/ads/server/openrtb.ts'
import { holdServerAuction } from '#lib/ads/server/server-auction.ts'

let server: Server
let endpoint: string
let answer: (response: ServerResponse, request: IncomingMessage) => void
let seen: { headers: IncomingMessage['headers']; method: string | undefined; body: unknown }[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      seen.push({ headers: request.headers, method: request.method, body: JSON.parse(text || 'null') })
      answer(response, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/openrtb2/auction`
})
afterEach(() => {
  seen = []
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const auctionOf = (timeoutMs = 5_000): Auction => ({
  id: '1',
  slots: [
    { id: 'top', sizes: [[300, 250]] },
    {
      id: 'end',
      sizes: [
        [728, 90],
        [320, 50],
      ],
    },
  ],
  site: { page: 'https://news.example/', domain: 'news.example' },
  device: { ua: 'Television/1.0' },
  eids: [],
  bidders: ['one'],
  accountId: 'lantern',
  timeoutMs,
})
const request = (timeoutMs?: number) => bidRequest(auctionOf(timeoutMs))

const bid = (more: object = {}) => ({ id: 'b', impid: 'top', price: 1, adm: '<p>', w: 300, h: 250, ...more })
const json = (value: unknown) => (response: ServerResponse) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}
const bids = (...all: unknown[]) => json({ id: '1', seatbid: [{ seat: 'one', bid: all }] })
const adsFor = async (how: typeof answer, timeoutMs?: number) => {
  answer = how
  return Object.fromEntries(await holdServerAuction(endpoint, request(timeoutMs)))
}

describe('an auction of the server', () => {
  it('accepts the requested currency in any case, and a missing one', async () => {
    for (const cur of ['USD', 'usd', '', null, undefined])
      expect(await adsFor(json({ cur, seatbid: [{ bid: [bid()] }] })), `${cur}`).toHaveProperty('top')
  })

  it('gives the Prebid Server all of `tmax`, and its answer a third more for the way back (P16)', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    expect(await adsFor(bids(bid()), 750)).toHaveProperty('top')
    expect(seen[0]?.body).toMatchObject({ tmax: 750 })
    expect(timeout).toHaveBeenCalledExactlyOnceWith(1_000)
  })

  it('is not held without bidders, as a Prebid Server refuses such a request (P19)', async () => {
    answer = bids(bid())
    const withoutBidders = bidRequest({ ...auctionOf(), bidders: [] })
    expect([...(await holdServerAuction(endpoint, withoutBidders))]).toEqual([])
    expect(seen).toEqual([])
  })

  it('posts the request unchanged, with the user agent and no cookie', async () => {
    await adsFor(bids())
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ method: 'POST', body: request() })
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Television/1.0',
    })
    for (const name of ['cookie', 'x-forwarded-for', 'referer', 'authorization'])
      expect(seen[0]?.headers).not.toHaveProperty(name)
  })

  it('returns the best bid of each slot, in any order and seat', async () => {
    const small = { impid: 'end', w: 320, h: 50 }
    const seats = [
      [bid({ price: 0.5, adm: 'low' }), bid({ ...small, price: 3, adm: 'end' })],
      [bid({ price: 2, adm: 'best', ext: { uid2: { token: 'readable' } } }), bid({ adm: 'middle' })],
    ]
    for (const order of [seats, seats.map((seat) => seat.toReversed()).toReversed()])
      expect(await adsFor(json({ seatbid: order.map((bid) => ({ bid })) }))).toEqual({
        top: { markup: 'best', width: 300, height: 250, price: 2, token: 'readable' },
        end: { markup: 'end', width: 320, height: 50, price: 3, token: null },
      })
  })

  it.each<[string, object]>([
    ['of a slot that was not offered', { impid: 'other' }],
    ['of a size that was not offered', { w: 970 }],
    ['without a price', { price: undefined }],
    ['at no price', { price: 0 }],
    ['whose price is a text', { price: '9' }],
    ['of a negative price', { price: -9 }],
    ['without a slot', { impid: undefined }],
    ['without markup', { adm: '' }],
    ['with markup that is no text', { adm: 7 }],
    ['that is video', { mtype: 2 }],
    ['that is audio', { mtype: 3 }],
    ['that is native', { mtype: 4 }],
    ['of an unknown type', { mtype: 'banner' }],
    ['that the server declares as video', { ext: { prebid: { type: 'video' } } }],
    ['that is undeclared VAST', { adm: '<?xml version="1.0"?>\n<VAST version="4.2"></VAST>' }],
    ['that is undeclared native', { adm: '{"native":{"assets":[]}}' }],
  ])('ignores a bid %s, and no other (P18)', async (_, wrong) => {
    expect(await adsFor(bids(bid({ price: 9, ...wrong }), bid(), null, 'bid'))).toEqual({
      top: { markup: '<p>', width: 300, height: 250, price: 1, token: null },
    })
  })

  it.each<[string, object]>([
    ['an invalid reading of the token', { ext: { uid2: 7 } }],
    ['no declared type', { ext: null, mtype: null }],
    ['the type banner', { ext: { prebid: { type: 'banner' } }, mtype: 1 }],
  ])('accepts a bid with %s (P18)', async (_, more) => {
    expect(await adsFor(bids(bid(more)))).toMatchObject({ top: { token: null } })
  })

  it.each<[string, object, object]>([
    ['without a size in the size of the slot', {}, { width: 300, height: 250 }],
    ['of size 0 in the size of the slot', { w: 0, h: 0 }, { width: 300, height: 250 }],
    ['with null for a size in the size of the slot', { w: null, h: null }, { width: 300, height: 250 }],
    ['without a size in the first size of the slot', { impid: 'end' }, { width: 728, height: 90 }],
    ['with a width in the size of that width', { impid: 'end', w: 320 }, { width: 320, height: 50 }],
  ])('returns a bid %s (P18)', async (_, more, size) => {
    const ads = await adsFor(bids({ id: 'b', impid: 'top', price: 1, adm: '<p>', ...more }))
    expect(Object.values(ads)).toMatchObject([size])
  })

  it('ignores a broken seat, and no other (P18)', async () => {
    const seats = [
      { bid: null },
      null,
      {},
      { seat: null, bid: [bid(), bid({ price: 2 })] },
      { bid: 'bid' },
      7,
    ]
    for (const seatbid of [seats, seats.toReversed()])
      expect(await adsFor(json({ seatbid }))).toMatchObject({ top: { price: 2 } })
  })

  it('fills in the macros of OpenRTB, in the markup and in the notice URLs (P17)', async () => {
    const macros =
      '${AUCTION_ID}/${AUCTION_BID_ID}/${AUCTION_IMP_ID}/${AUCTION_SEAT_ID}/${AUCTION_AD_ID}/${AUCTION_PRICE}'
    const urls = {
      nurl: 'https://b.example/?w=${AUCTION_PRICE}',
      burl: 'https://b.example/?b=${AUCTION_CURRENCY}',
    }
    const sold = bid({ price: 1.25, adm: `<p>${macros}`, adid: 'ad-9', ...urls })
    expect(await adsFor(json({ bidid: 'bid-3', seatbid: [{ seat: 'one', bid: [sold] }] }))).toMatchObject({
      top: {
        markup: '<p>1/bid-3/top/one/ad-9/1.25',
        nurl: 'https://b.example/?w=1.25',
        burl: 'https://b.example/?b=USD',
      },
    })
  })
})

describe('an auction has no ads and no error when the Prebid Server', () => {
  it.each<[string, typeof answer]>([
    ['has no bid, as 204', (response) => void response.writeHead(204).end()],
    ['has no bid, as an empty list', json({ id: '1', seatbid: [] })],
    ['has no bid, as null', json({ id: '1', seatbid: null })],
    [
      'answers 500 with bids',
      (response) => {
        response.statusCode = 500
        bids(bid())(response)
      },
    ],
    ['answers no JSON', (response) => void response.end('<html>')],
    ['answers other JSON', json({ seatbid: { bid: [] } })],
    ['bids in another currency', json({ cur: 'JPY', seatbid: [{ bid: [bid()] }] })],
    ['answers bytes that are no text', (response) => void response.end(Buffer.from([0xff, 0xfe, 0x7b]))],
    ['closes the connection', (response) => void response.destroy()],
    ['answers more than a megabyte', bids(bid({ adm: 'x'.repeat(1024 * 1024) }))],
  ])('%s', async (_, how) => {
    expect(await adsFor(how)).toEqual({})
  })

  it('redirects, which is not followed', async () => {
    expect(await adsFor((response) => void response.writeHead(307, { location: endpoint }).end())).toEqual({})
    expect(seen).toHaveLength(1)
  })

  it.each<[string, typeof answer]>([
    ['never answers', () => {}],
    ['begins and never ends', (response) => void response.write('{"seatbid":[')],
  ])('%s, until its time is over', async (_, how) => {
    expect(await adsFor(how, 50)).toEqual({})
  })

  it('cannot be reached', async () => {
    const nowhere = await holdServerAuction('http://127.0.0.1:1/openrtb2/auction', request())
    expect([...nowhere]).toEqual([])
  })
})
