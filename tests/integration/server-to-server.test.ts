import { afterAll, expect, it } from 'vitest'
import { gppOf } from '../support/gpp.ts'
import { startPrebidServer } from '../support/prebid-server.ts'
import { newEmail, type Visitor, visitor, withToken } from '../support/reader.ts'
import { siteWithOperator } from '../support/shared-site.ts'
import { startSite } from '../support/site.ts'

const path = '/patterns/server-to-server'
const buyer = await startPrebidServer()
const site = await startSite({ env: { ...buyer.env, TRUST_PROXY_HOPS: '1', GPC_SCOPE: 'off' } })
afterAll(async () => {
  await site.stop()
  buyer.close()
})

/** What the page of this visitor asked the buyer for. */
async function auctionOf(reader: Visitor, headers: Record<string, string> = {}) {
  const before = buyer.requests.length
  const answer = await reader.fetch(path, { headers: { 'user-agent': 'Television/1.0', ...headers } })
  const page = await answer.text()
  expect([answer.status, buyer.requests.length]).toEqual([200, before + 1])
  const { body, headers: sent = {} } = buyer.requests.at(-1) ?? {}
  return { body, sent, page }
}

it('an auction of the server has one eid with the reader’s token, and besides only their browser (K3)', async () => {
  const reader = await withToken(site)
  const { token } = reader
  const { body, sent, page } = await auctionOf(reader)
  expect(body?.user).toEqual({ eids: [{ source: 'uidapi.com', uids: [{ id: token, atype: 3 }] }] })
  expect(body).toMatchObject({
    site: { page: `${site.origin}${path}`, domain: 'localhost', publisher: { id: 'account-7' } },
    device: { ua: 'Television/1.0' },
    tmax: 1000,
  })
  expect(sent).toMatchObject({ 'user-agent': 'Television/1.0' })
  expect(sent).not.toHaveProperty('cookie')
  expect(JSON.stringify(body).split(token)).toHaveLength(2)
  // The page shows the request, with six characters of the token.
  expect(page).toContain(body?.id)
  expect(page).toContain(`…${token.slice(-6)}`)
  expect(page).not.toContain(token.slice(-7))
})

it('an auction of the server has no eid of a reader who is signed out or has denied', async () => {
  const reader = await withToken(site)
  await reader.choose('denied')
  for (const each of [visitor(site), reader]) expect((await auctionOf(each)).body).not.toHaveProperty('user')
})

it('an auction of the server has what is known of consent, also Global Privacy Control that this site ignores', async () => {
  const reader = await withToken(site)
  const { gpp, gppSid } = gppOf('usnat', {})
  await reader.post('/api/identity', { signals: { gdprApplies: false, gpp, gppSid } })
  const { body } = await auctionOf(reader, { 'sec-gpc': '1' })
  expect(body?.regs).toEqual({ gdpr: 0, gpp, gpp_sid: gppSid, ext: { gpc: '1' } })
  expect(body?.user?.eids).toHaveLength(1)
  const privacy = await (await reader.fetch('/privacy', { headers: { 'sec-gpc': '1' } })).text()
  expect(privacy).toContain('does not act on Global Privacy Control')
  const stranger = visitor(site)
  stranger.jar.set('euconsent-v2', 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA')
  expect((await auctionOf(stranger)).body?.user).toEqual({ consent: stranger.jar.get('euconsent-v2') })
})

it('an auction of the server has the address that the trusted proxy saw, and none of a private network (P20, A9)', async () => {
  const device = async (forwarded: string) =>
    (await auctionOf(visitor(site), { 'x-forwarded-for': forwarded })).body?.device
  const ua = 'Television/1.0'
  expect(await device('198.51.100.1, 203.0.113.9')).toEqual({ ua, ip: '203.0.113.9' })
  expect(await device('2001:db8:1:2::9')).toEqual({ ua, ipv6: '2001:db8:1:2::9' })
  expect(await device('192.168.0.9')).toEqual({ ua })
})

it('a creative is shown only in its frame, whatever its markup tries to be', async () => {
  const hostile = `</iframe></script><script>alert("zq9")</script>" onload='alert("zq9")' x="<!--`
  const bid = {
    impid: 'server-top',
    price: 1,
    adm: hostile,
    w: 300,
    h: 250,
    ext: { uid2: { token: hostile } },
  }
  buyer.answerWith(bid)
  const { page } = await auctionOf(visitor(site))
  expect(page).toContain('sandbox="allow-popups"')
  expect(page).not.toContain('<script>alert')
  expect(page).not.toContain('onload=\'alert("zq9")')
})

it('a buyer that fails costs the page nothing', async () => {
  buyer.answerWith('reset')
  expect((await auctionOf(visitor(site))).page).toContain('data-ad-slot="server-top"')
})

it('the laboratory is not found beside a real operator, unless LAB=on', async () => {
  const { site: real } = await siteWithOperator()
  const reader = await withToken(real, newEmail())
  for (const each of [path, '/patterns', '/patterns/several', '/patterns/hold-out', '/r/uid2-identity.json'])
    expect([each, (await reader.fetch(each)).status]).toEqual([each, 404])
})

it('the registry is served beside its patterns, and its items name each other by the site’s address', async () => {
  const reader = visitor(site)
  const list = await (await reader.fetch('/r/registry.json')).json()
  expect(list.items.map(({ name }: { name: string }) => name)).toContain('uid2-identity')
  const item = await (await reader.fetch('/r/uid2-identity.json')).json()
  expect(item.registryDependencies).toEqual([`${site.origin}/r/uid2-server.json`])
  expect(item.files.map(({ target }: { target: string }) => target)).toContain(
    'lib/identity/create-identity.ts',
  )
  expect((await reader.fetch('/r/nothing.json')).status).toBe(404)
})
