import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bidRequest } from '#lib/ads/server/openrtb.ts'
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

const request = (timeoutMs = 5_000) =>
  bidRequest({
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

const bid = (more: object = {}) => ({ id: 'b', impid: 'top', price: 1, adm: '<p>', w: 300, h: 250, ...more })
const json = (value: unknown) => (response: ServerResponse) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}
const bids = (...all: unknown[]) => json({ id: '1', seatbid: [{ seat: 'one', bid: all }] })
const held = async (how: typeof answer, timeoutMs?: number) => {
  answer = how
  return Object.fromEntries(await holdServerAuction(endpoint, request(timeoutMs)))
}

describe('an auction of the server', () => {
  it('takes the currency that was asked for, said or not', async () => {
    for (const cur of ['USD', undefined])
      expect(await held(json({ cur, seatbid: [{ bid: [bid()] }] }))).toHaveProperty('top')
  })

  it('posts the request as it is, with the user agent and no cookie', async () => {
    await held(bids())
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ method: 'POST', body: request() })
    expect(seen[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'Television/1.0',
    })
    for (const name of ['cookie', 'x-forwarded-for', 'referer', 'authorization'])
      expect(seen[0]?.headers).not.toHaveProperty(name)
  })

  it('answers the best bid of each slot, in whatever order and seat they come', async () => {
    const small = { impid: 'end', w: 320, h: 50 }
    const seats = [
      [bid({ price: 0.5, adm: 'low' }), bid({ ...small, price: 3, adm: 'end' })],
      [bid({ price: 2, adm: 'best', ext: { uid2: { token: 'readable' } } }), bid({ adm: 'middle' })],
    ]
    for (const order of [seats, seats.map((seat) => seat.toReversed()).toReversed()])
      expect(await held(json({ seatbid: order.map((bid) => ({ bid })) }))).toEqual({
        top: { markup: 'best', width: 300, height: 250, price: 2, token: 'readable' },
        end: { markup: 'end', width: 320, height: 50, price: 3, token: null },
      })
  })

  it.each<[string, object]>([
    ['of a slot that was not offered', { impid: 'other' }],
    ['of a size that was not offered', { w: 970 }],
    ['without a price', { price: undefined }],
    ['at no price', { price: 0 }],
    ['without markup', { adm: '' }],
    ['without a size', { w: undefined }],
  ])('a bid %s does not count, and spoils no other', async (_, wrong) => {
    expect(await held(bids(bid({ price: 9, ...wrong }), bid(), null, 'bid'))).toEqual({
      top: { markup: '<p>', width: 300, height: 250, price: 1, token: null },
    })
  })

  it('a buyer that says nonsense of the token has still bid', async () => {
    expect(await held(bids(bid({ ext: { uid2: 7 } })))).toMatchObject({ top: { token: null } })
  })
})

describe('there are no ads, and no error, when the Prebid Server', () => {
  it.each<[string, typeof answer]>([
    ['has no bid, as 204', (response) => void response.writeHead(204).end()],
    ['has no bid, as an empty list', json({ id: '1', seatbid: [] })],
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
    expect(await held(how)).toEqual({})
  })

  it('leads elsewhere: the token follows nowhere', async () => {
    expect(await held((response) => void response.writeHead(307, { location: endpoint }).end())).toEqual({})
    expect(seen).toHaveLength(1)
  })

  it.each<[string, typeof answer]>([
    ['never answers', () => {}],
    ['begins and never ends', (response) => void response.write('{"seatbid":[')],
  ])('%s: it ends in its time', async (_, how) => {
    expect(await held(how, 50)).toEqual({})
  })

  it('is not there', async () => {
    const nowhere = await holdServerAuction('http://127.0.0.1:1/openrtb2/auction', request())
    expect([...nowhere]).toEqual([])
  })
})
