import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sandboxAdapter } from '#app/_ads/sandbox-adapter.ts'

beforeEach(() => {
  vi.stubGlobal('location', { origin: 'https://news.example' })
})
afterEach(() => vi.unstubAllGlobals())

const bid = { impid: 'a', price: 1, adm: '<p>', w: 300, h: 250, crid: 'c', adomain: ['buyer.example'] }
const read = (body: unknown) => sandboxAdapter.interpretResponse({ body })

test('a bid of the exchange is a bid for Prebid', () => {
  expect(read({ seatbid: [{ bid: [{ ...bid, mtype: 1, ext: { uid2: { token: 'readable' } } }] }] })).toEqual([
    {
      requestId: 'a',
      cpm: 1,
      currency: 'USD',
      ad: '<p>',
      width: 300,
      height: 250,
      creativeId: 'c',
      netRevenue: true,
      ttl: 60,
      meta: { advertiserDomains: ['buyer.example'], uid2: { token: 'readable' } },
    },
  ])
})

test.each([
  ['of null', null],
  ['without an impression', { ...bid, impid: undefined }],
  ['without a price', { ...bid, price: null }],
  ['without markup', { ...bid, adm: undefined }],
  ['that is video', { ...bid, mtype: 2 }],
  ['that is undeclared VAST', { ...bid, adm: '<VAST/>' }],
  ['that is undeclared native', { ...bid, adm: '{"native":{}}' }],
])('a bid %s is ignored, and the others count (P18)', (_, broken) => {
  const others = {
    seatbid: [null, { bid: null }, {}, { bid: [broken, { impid: 'b', price: 2, adm: '<b>' }] }],
  }
  expect(read(others)).toMatchObject([{ requestId: 'b', ad: '<b>', creativeId: 'b' }])
})

test.each([[null], [{}], [{ seatbid: null }], ['']])('an answer of %j has no bids (P18)', (body) => {
  expect(read(body)).toEqual([])
})

test('consent that Prebid knows is sent with the identifiers (P19)', () => {
  const send = (ortb2: object, userIdAsEids?: object[]) => {
    const call = sandboxAdapter.buildRequests([{ bidId: 'a', adUnitCode: 'top', userIdAsEids }] as never, {
      auctionId: '1',
      ortb2,
    })
    return JSON.parse((call as { data: string }).data)
  }
  const eids = [{ source: 'euid.eu' }]
  const server = { regs: { gdpr: 1 }, user: { consent: 'CPx' } }
  expect(send(server, eids)).toMatchObject({ regs: { gdpr: 1 }, user: { consent: 'CPx', eids } })
  // As Prebid’s own modules write it.
  const cmp = { regs: { ext: { gdpr: 1 } }, user: { ext: { consent: 'CPy' }, keywords: 'none of theirs' } }
  expect(send(cmp)).toMatchObject({ regs: cmp.regs, user: { consent: 'CPy' } })
  expect(send(cmp).user).toEqual({ consent: 'CPy' })
  expect(send({})).not.toHaveProperty('user')
})
