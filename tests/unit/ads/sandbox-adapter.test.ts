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
  ['null', null],
  ['without an impression', { ...bid, impid: undefined }],
  ['without a price', { ...bid, price: null }],
  ['without markup', { ...bid, adm: undefined }],
  ['that is video', { ...bid, mtype: 2 }],
  ['that is VAST without saying so', { ...bid, adm: '<VAST/>' }],
  ['that is native without saying so', { ...bid, adm: '{"native":{}}' }],
])('P18: a bid %s costs no other its place', (_, broken) => {
  const others = {
    seatbid: [null, { bid: null }, {}, { bid: [broken, { impid: 'b', price: 2, adm: '<b>' }] }],
  }
  expect(read(others)).toMatchObject([{ requestId: 'b', ad: '<b>', creativeId: 'b' }])
})

test.each([[null], [{}], [{ seatbid: null }], ['']])('P18: an answer of %j has no bids', (body) => {
  expect(read(body)).toEqual([])
})

test('P19: consent that Prebid knows goes along with the identifiers', () => {
  const ask = (ortb2: object, userIdAsEids?: object[]) => {
    const call = sandboxAdapter.buildRequests([{ bidId: 'a', adUnitCode: 'top', userIdAsEids }] as never, {
      auctionId: '1',
      ortb2,
    })
    return JSON.parse((call as { data: string }).data)
  }
  const eids = [{ source: 'euid.eu' }]
  const server = { regs: { gdpr: 1 }, user: { consent: 'CPx' } }
  expect(ask(server, eids)).toMatchObject({ regs: { gdpr: 1 }, user: { consent: 'CPx', eids } })
  // As Prebid’s own modules have it.
  const cmp = { regs: { ext: { gdpr: 1 } }, user: { ext: { consent: 'CPy' }, keywords: 'none of theirs' } }
  expect(ask(cmp)).toMatchObject({ regs: cmp.regs, user: { consent: 'CPy' } })
  expect(ask(cmp).user).toEqual({ consent: 'CPy' })
  expect(ask({})).not.toHaveProperty('user')
})
