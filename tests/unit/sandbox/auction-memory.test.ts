import { describe, expect, it } from 'vitest'
import type { Buyer } from '#lib/sandbox/buyer/buyer.ts'
import { auction } from '#lib/sandbox/exchange/auction.ts'
import { type AuctionMemory, createAuctionMemory } from '#lib/sandbox/exchange/auction-memory.ts'
import { type AuctionRecord, recordOf } from '#lib/sandbox/exchange/auction-record.ts'
import { handleAuction, handleAuctions } from '#lib/sandbox/exchange/web.ts'

const token = 'AgAAAAx2NqTsZcxVZJyTwLEc7cYc2zVxXZQ8t1mXJo7Hgk'
const buyer: Buyer = {
  source: 'uidapi.com',
  read: async (text) => ({ token: text === token ? 'readable' : 'none' }),
}
const imp = [{ id: 'side', tagid: '/1/side', banner: { format: [{ w: 300, h: 250 }] } }]
const eids = (id = token) => [{ source: 'uidapi.com', uids: [{ id, atype: 3 }] }]
const gam = {
  targeting: { uid2_ab: ['t'] },
  slots: { side: { hb_pb: ['2.40'] } },
  signals: { 'uidapi.com': token },
}

async function record(request: object): Promise<AuctionRecord> {
  const whole = { id: 'r1', imp, ...request }
  const result = await auction(whole, buyer)
  if (!result.ok) throw new Error(result.error.message)
  return recordOf(result.held, JSON.stringify(whole).length, 1_767_225_600_000)
}

describe('the record of an auction', () => {
  it('holds what came in, what the buyer could read, and what it bid', async () => {
    const request = { user: { eids: eids() }, ext: { gam } }
    expect(await record(request)).toEqual({
      at: 1_767_225_600_000,
      id: 'r1',
      from: 'gpt',
      slots: ['side'],
      eids: [{ source: 'uidapi.com', id: '…Jo7Hgk', place: 'user.eids' }],
      keyValues: { targeting: gam.targeting, slots: gam.slots },
      reading: { token: 'readable' },
      bids: [{ slot: 'side', price: expect.any(Number), campaign: expect.stringMatching(/^[a-z-]+[a-z]$/) }],
      request: {
        id: 'r1',
        imp,
        user: { eids: [{ source: 'uidapi.com', uids: [{ id: '…Jo7Hgk', atype: 3 }] }] },
        ext: { gam: { ...gam, signals: { 'uidapi.com': '…Jo7Hgk' } } },
      },
    })
  })

  it.each([
    ['gpt', { ext: { gam } }],
    ['prebid', { ext: { prebid: { targeting: {} } } }],
    ['prebid', { imp: [{ ...imp[0], ext: { prebid: { bidder: {} } } }] }],
    ['openrtb', {}],
  ])('has the origin %s', async (from, request) => {
    expect((await record(request)).from).toBe(from)
  })

  it.each([
    ['in user.eids', { user: { eids: eids() } }],
    ['in user.ext.eids', { user: { ext: { eids: eids() } } }],
    [
      'of another source',
      { user: { eids: [{ source: 'x.example', uids: [{ id: 'short' }, { id: token }] }] } },
    ],
    ['in Prebid’s own places', { user: { eids: eids() }, ext: { prebid: { data: { eids: eids() } } } }],
    ['as a signal', { ext: { gam } }],
    [
      'repeated in a field that carries no token',
      { user: { eids: eids() }, site: { page: `https://a.example/?t=${token}` } },
    ],
    [
      'as a key',
      { user: { eids: eids() }, ext: { gam: { ...gam, slots: { [token]: { [token]: [token] } } } } },
    ],
    ['as the name of a slot', { user: { eids: eids() }, imp: [{ ...imp[0], id: token }] }],
    ['in a request that is too long', { user: { eids: eids() }, site: { name: 'x'.repeat(30_000) } }],
    ['as the name of its source', { user: { eids: [{ source: token, uids: [{ id: token }] }] } }],
    [
      'as the name of its source in a request that is too long',
      { user: { eids: [{ source: token, uids: [{ id: token }] }] }, site: { name: 'x'.repeat(30_000) } },
    ],
    ['beside one that it begins with', { user: { eids: [...eids(token.slice(0, 20)), ...eids()] } }],
  ])('holds at most six characters of a token %s (K3)', async (_, request) => {
    const kept = JSON.stringify(await record(request))
    const pieces = Array.from({ length: token.length - 6 }, (_, from) => token.slice(from, from + 7))
    expect(pieces.filter((piece) => kept.includes(piece))).toEqual([])
  })

  it('holds only the outcome when the request is too long', async () => {
    const site = { name: 'x'.repeat(30_000) }
    expect(await record({ user: { eids: eids() }, site })).toMatchObject({
      reading: { token: 'readable' },
      eids: [{ source: 'uidapi.com' }],
      request: null,
    })
  })

  it('holds only the outcome when a request has more than 100 tokens, as each is searched in every text', async () => {
    const signals = Array.from({ length: 101 }, (_, n) => `signal-${n}`)
    const many = await record({ user: { eids: eids() }, ext: { gam: { signals } } })
    expect(many).toMatchObject({ reading: { token: 'readable' }, slots: [], request: null })
    const fewer = await record({ ext: { gam: { signals: signals.slice(1) } } })
    expect(fewer).toMatchObject({ slots: ['side'], request: { id: 'r1' } })
  })

  it('treats no member of a request as a prototype', async () => {
    const ext = JSON.parse('{"gam":{"targeting":{"__proto__":["x"]},"slots":{}},"__proto__":{"polluted":1}}')
    const kept = JSON.parse(JSON.stringify(await record({ ext })))
    expect([kept.from, Object.keys(kept.request.ext)]).toEqual(['gpt', ['gam', '__proto__']])
    expect({}).not.toHaveProperty('polluted')
  })

  it('is shallow for a request of any depth', async () => {
    const deep = `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`
    const result = await auction({ id: 'r', imp, deep: JSON.parse(deep) }, buyer)
    if (!result.ok) throw new Error(result.error.message)
    expect(JSON.stringify(recordOf(result.held, 0, 0)).length).toBeLessThan(1_000)
  })
})

describe('the memory of auctions', () => {
  const named = async (id: string): Promise<AuctionRecord> => ({ ...(await record({})), id })
  const ids = (memory: AuctionMemory, browser: string) => memory.of(browser).map(({ id }) => id)

  it('keeps the last 20 of each browser, newest first', async () => {
    const memory = createAuctionMemory()
    for (let n = 1; n <= 25; n++) memory.keep('a', await named(`a${n}`))
    memory.keep('b', await named('b1'))
    expect(ids(memory, 'a')).toEqual(Array.from({ length: 20 }, (_, n) => `a${25 - n}`))
    expect(ids(memory, 'b')).toEqual(['b1'])
    expect(ids(memory, 'c')).toEqual([])
  })

  it('drops the browser with the oldest last auction above 200 browsers', async () => {
    const memory = createAuctionMemory()
    const one = await named('one')
    for (let n = 1; n <= 200; n++) memory.keep(`b${n}`, one)
    memory.keep('b1', one)
    memory.keep('b201', one)
    expect(['b1', 'b2', 'b3', 'b201'].map((browser) => memory.of(browser).length)).toEqual([2, 0, 1, 1])
  })

  it('stays below 20 MB for 200 browsers with large requests', async () => {
    const memory = createAuctionMemory()
    const large = await record({ site: { name: 'x'.repeat(19_000) } })
    for (let n = 0; n < 200 * 20; n++) memory.keep(`b${n % 200}`, large)
    const all = Array.from({ length: 200 }, (_, n) => memory.of(`b${n}`))
    expect(JSON.stringify(all).length).toBeLessThan(20_100_000)
    expect(all[199]?.[0]).toEqual(large)
  })
})

describe('the exchange’s cookie', () => {
  const body = JSON.stringify({ id: 'r', imp })
  const url = 'http://localhost/sandbox/exchange/openrtb2/auction'
  const own = { 'sec-fetch-site': 'same-origin' }

  const exchangeAt = (origin = 'http://localhost') => {
    const memory = createAuctionMemory()
    const send = (headers: Record<string, string>) =>
      handleAuction(new Request(url, { method: 'POST', body, headers }), { buyer, memory, origin })
    const auctions = async (cookie: string) =>
      (await handleAuctions(new Request(url, { headers: { cookie } }), memory).json()).auctions.length
    return { send, auctions }
  }
  const cookieOf = (answer: Response) => answer.headers.get('set-cookie')
  const pair = (answer: Response) => cookieOf(answer)?.split(';')[0] ?? ''

  it('is set once, for the exchange’s path and until the browser closes', async () => {
    const { send, auctions } = exchangeAt()
    const first = await send(own)
    expect(cookieOf(first)).toMatch(
      /^sandbox_exchange=[\w-]{22}; Path=\/sandbox\/exchange; HttpOnly; SameSite=Lax$/,
    )
    expect(cookieOf(await send({ ...own, cookie: `other=1; ${pair(first)}` }))).toBeNull()
    expect(await auctions(pair(first))).toBe(2)
    expect(pair(await send(own))).not.toBe(pair(first))
  })

  it('is Secure on an https site', async () => {
    expect(cookieOf(await exchangeAt('https://lantern.example').send(own))).toMatch(/; Secure$/)
  })

  it('is not set for servers and other sites, whose auctions are not kept', async () => {
    const { send } = exchangeAt()
    for (const headers of [{}, { origin: 'https://a.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const answer = await send(headers as Record<string, string>)
      expect([answer.status, cookieOf(answer)]).toEqual([200, null])
    }
    expect(cookieOf(await send({ origin: 'http://localhost' }))).not.toBeNull()
  })

  it('is ignored with a value that the exchange did not make', async () => {
    const { send, auctions } = exchangeAt()
    const cookie = 'sandbox_exchange=x'
    await send({ cookie })
    expect(await auctions(cookie)).toBe(0)
    expect(await auctions('')).toBe(0)
  })
})
