import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BidRequest } from '#lib/ads/server/openrtb.ts'
import { gppOf } from '../support/gpp.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const path = '/patterns/server-to-server'
const holdout = { HOLDOUT_PERCENT: '100', HOLDOUT_SALT: 'autumn of the moth' }

/** A Prebid Server that keeps what it is asked, and has no bid but for this one. */
let buyer: Server
let bid: object | null = null
let seen: { body: BidRequest; headers: Record<string, unknown> }[] = []
let settings: Record<string, string>

beforeAll(async () => {
  buyer = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      seen.push({ body: JSON.parse(text) as BidRequest, headers: request.headers })
      if (bid === null) response.writeHead(204).end()
      else response.end(JSON.stringify({ seatbid: [{ bid: [bid] }] }))
    })
  })
  await new Promise<void>((resolve) => buyer.listen(0, '127.0.0.1', resolve))
  const { port } = buyer.address() as AddressInfo
  settings = {
    PREBID_SERVER_URL: `http://127.0.0.1:${port}/openrtb2/auction`,
    PREBID_ACCOUNT_ID: 'account-7',
  }
})
beforeEach(() => {
  seen = []
})
afterAll(() => {
  buyer.closeAllConnections()
  buyer.close()
})

/** What the page of this visitor asked the buyer for. */
async function asked(reader: Visitor, headers: Record<string, string> = {}) {
  const before = seen.length
  const page = await (
    await reader.fetch(path, { headers: { 'user-agent': 'Television/1.0', ...headers } })
  ).text()
  expect(seen.length).toBe(before + 1)
  const { body, headers: sent } = seen[before] ?? { body: {} as BidRequest, headers: {} }
  return { body, sent, page }
}

describe('an auction that the server holds', () => {
  let site: Site
  beforeAll(async () => {
    site = await startSite({ env: settings })
  })
  afterAll(() => site.stop())

  async function consenting(email: string) {
    const reader = visitor(site)
    await reader.signIn({ email })
    const given = await reader.choose('granted')
    if (given.status !== 'available') throw new Error(given.status)
    return { reader, token: given.advertisingToken }
  }

  it('carries exactly one eid, with the token of this reader, and of them nothing else but the user agent', async () => {
    const { reader, token } = await consenting('s2s@example.com')
    const { body, sent } = await asked(reader)
    expect(body.user).toEqual({ eids: [{ source: 'uidapi.com', uids: [{ id: token, atype: 3 }] }] })
    expect(body).toMatchObject({
      site: { page: `${site.origin}${path}`, domain: 'localhost', publisher: { id: 'account-7' } },
      device: { ua: 'Television/1.0' },
      tmax: 1000,
    })
    expect(sent).toMatchObject({ 'user-agent': 'Television/1.0' })
    expect(sent).not.toHaveProperty('cookie')
    expect(JSON.stringify(body).split(token)).toHaveLength(2)
  })

  it('K3: the page shows that request, with six characters of the token', async () => {
    const { reader, token } = await consenting('s2s-shown@example.com')
    const { body, page } = await asked(reader)
    expect(page).not.toContain(token)
    expect(page).toContain(body.id)
    expect(page).toContain(`…${token.slice(-6)}`)
    expect(page).not.toContain(token.slice(-7))
  })

  it('has no eid for a reader who is signed out, has denied, or sends Global Privacy Control, which is passed on', async () => {
    const { reader } = await consenting('s2s-no@example.com')
    expect((await asked(visitor(site))).body).not.toHaveProperty('user')
    const signal = await asked(reader, { 'sec-gpc': '1' })
    expect(signal.body).not.toHaveProperty('user')
    expect(signal.body.regs).toEqual({ ext: { gpc: '1' } })
    const other = (await consenting('s2s-no-2@example.com')).reader
    await other.choose('denied')
    expect((await asked(other)).body).not.toHaveProperty('user')
  })

  it('passes on what is known of consent', async () => {
    const { reader } = await consenting('s2s-consent@example.com')
    const { gpp, gppSid } = gppOf('usnat', {})
    await reader.post('/api/identity', { signals: { gdprApplies: false, gpp, gppSid } })
    const { body } = await asked(reader)
    expect(body.regs).toEqual({ gdpr: 0, gpp, gpp_sid: gppSid })
    expect(body.user?.eids).toHaveLength(1)
    const stranger = visitor(site)
    stranger.jar.set('euconsent-v2', 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA')
    expect((await asked(stranger)).body.user).toEqual({ consent: stranger.jar.get('euconsent-v2') })
  })

  it('shows a creative in its frame alone, whatever its markup tries to be', async () => {
    const hostile = `</iframe></script><script>alert("zq9")</script>" onload='alert("zq9")' x="<!--`
    bid = { impid: 'server-top', price: 1, adm: hostile, w: 300, h: 250, ext: { uid2: { token: hostile } } }
    const { page } = await asked(visitor(site))
    bid = null
    expect(page).toContain('sandbox="allow-popups"')
    expect(page).not.toContain('<script>alert')
    expect(page).not.toContain('onload=\'alert("zq9")')
  })

  it('costs the page nothing when the buyer is gone', async () => {
    const broken = await startSite({ env: { PREBID_SERVER_URL: 'http://127.0.0.1:1/auction' } })
    const answer = await fetch(`${broken.origin}${path}`)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('data-ad-slot="server-top"')
    await broken.stop()
  })
})

it('P20: tells buyers the reader’s address that the trusted proxy saw, and none of a private network', async () => {
  const site = await startSite({ env: { ...settings, TRUST_PROXY_HOPS: '1' } })
  const reader = visitor(site)
  const device = async (forwarded: string) =>
    (await asked(reader, { 'x-forwarded-for': forwarded })).body.device
  const ua = 'Television/1.0'
  expect(await device('198.51.100.1, 203.0.113.9')).toEqual({ ua, ip: '203.0.113.9' })
  expect(await device('2001:db8:1:2::9')).toEqual({ ua, ipv6: '2001:db8:1:2::9' })
  expect(await device('192.168.0.9')).toEqual({ ua })
  await site.stop()
})

it('tells buyers of Global Privacy Control also where this site ignores it: they decide for themselves', async () => {
  const site = await startSite({ env: { ...settings, GPC_SCOPE: 'off' } })
  const reader = visitor(site)
  await reader.signIn({ email: 's2s-gpc-off@example.com' })
  await reader.choose('granted')
  const { body } = await asked(reader, { 'sec-gpc': '1' })
  expect(body.regs).toEqual({ ext: { gpc: '1' } })
  expect(body.user?.eids).toHaveLength(1)
  await site.stop()
})

it('K1: an auction that the server holds has no eid of a control reader', async () => {
  const site = await startSite({ env: { ...settings, ...holdout } })
  const reader = visitor(site)
  await reader.signIn({ email: 's2s-control@example.com' })
  expect(await reader.choose('granted')).toMatchObject({ status: 'withheld' })
  expect((await asked(reader)).body).not.toHaveProperty('user')
  await site.stop()
})

it('the lab is not found beside a real operator, unless LAB=on', async () => {
  const real = {
    ...settings,
    UID2_BASE_URL: 'http://127.0.0.1:1',
    UID2_API_KEY: 'key',
    UID2_CLIENT_SECRET: Buffer.alloc(32).toString('base64'),
  }
  for (const [lab, status] of [
    ['', 404],
    ['off', 404],
    ['on', 200],
  ] as const) {
    const site = await startSite({ env: { ...real, LAB: lab } })
    for (const each of [path, '/patterns', '/patterns/several', '/patterns/hold-out'])
      expect([each, (await fetch(`${site.origin}${each}`)).status]).toEqual([each, status])
    await site.stop()
  }
  // Nor does what is not found ask anybody.
  expect(seen).toHaveLength(1)
})
