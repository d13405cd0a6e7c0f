import { describe, expect, it } from 'vitest'
import { type Auction, abridged, bidRequest, deviceOf, eidOf } from '#lib/ads/server/openrtb.ts'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'

const now = 1_795_000_000_000
const available: PublicIdentity = {
  status: 'available',
  now,
  advertisingToken: 'A4AAAADtoken',
  identityExpires: now + 1,
  refreshFrom: now,
  source: 'uidapi.com',
}
const eids = eidOf(available)
const auctionInput: Auction = {
  id: '5b1c',
  slots: [
    {
      id: 'top',
      sizes: [
        [728, 90],
        [320, 50],
      ],
    },
    { id: 'side', sizes: [[300, 250]] },
  ],
  site: { page: 'https://news.example/a', domain: 'news.example' },
  device: { ua: 'Television/1.0' },
  eids,
  bidders: ['one', 'two'],
  bidderParams: (bidder, slot) => ({ placement: `${bidder}-${slot}` }),
  accountId: 'lantern',
  timeoutMs: 700,
}
const eid = { source: 'uidapi.com', uids: [{ id: 'A4AAAADtoken', atype: 3 }] }

/** Fields as named in sections 3.2.1 to 3.2.29 of OpenRTB 2.6, written by hand. */
describe('the request, by OpenRTB 2.6', () => {
  it('has every member in its place, and no unknown one', () => {
    expect(bidRequest(auctionInput)).toEqual({
      id: '5b1c',
      imp: [
        {
          id: 'top',
          tagid: 'top',
          secure: 1,
          banner: {
            format: [
              { w: 728, h: 90 },
              { w: 320, h: 50 },
            ],
          },
          ext: { prebid: { bidder: { one: { placement: 'one-top' }, two: { placement: 'two-top' } } } },
        },
        {
          id: 'side',
          tagid: 'side',
          secure: 1,
          banner: { format: [{ w: 300, h: 250 }] },
          ext: { prebid: { bidder: { one: { placement: 'one-side' }, two: { placement: 'two-side' } } } },
        },
      ],
      site: { page: 'https://news.example/a', domain: 'news.example', publisher: { id: 'lantern' } },
      device: { ua: 'Television/1.0' },
      user: { eids: [eid] },
      source: { tid: '5b1c' },
      tmax: 700,
      cur: ['USD'],
      ext: { prebid: { channel: { name: 'web' } } },
    })
  })

  it('has eids in `user.ext` for servers that read them there, and then only there', () => {
    expect(bidRequest({ ...auctionInput, eidsAt: 'user.ext' }).user).toEqual({ ext: { eids: [eid] } })
  })

  it('for an app has the app and no site', () => {
    const { site: _, ...rest } = auctionInput as Auction & { site: unknown }
    const app = { bundle: 'com.example.lantern', name: 'The Lantern' }
    const request = bidRequest({ ...rest, app, device: { ua: 'Television/1.0', ip: '192.0.2.7' } })
    expect(request).toMatchObject({
      app: { ...app, publisher: { id: 'lantern' } },
      device: { ip: '192.0.2.7' },
      ext: { prebid: { channel: { name: 'app' } } },
    })
    expect(request).not.toHaveProperty('site')
  })

  it('has the reader’s address in the field of its IP version, and none when unknown (P20)', () => {
    const device = (address: string | null) =>
      bidRequest({ ...auctionInput, device: deviceOf({ ua: 'TV', address }) }).device
    expect(device('192.0.2.7')).toEqual({ ua: 'TV', ip: '192.0.2.7' })
    expect(device('2001:db8::7')).toEqual({ ua: 'TV', ipv6: '2001:db8::7' })
    expect(device(null)).toEqual({ ua: 'TV' })
  })

  it('has no user without an eid, not even an empty one', () => {
    expect(bidRequest({ ...auctionInput, eids: [] })).not.toHaveProperty('user')
    expect(bidRequest({ ...auctionInput, eids: [], eidsAt: 'user.ext' })).not.toHaveProperty('user')
  })

  it('has empty parameters for bidders that need none', () => {
    const { bidderParams: _, ...rest } = auctionInput
    expect(bidRequest(rest).imp[0]?.ext.prebid.bidder).toEqual({ one: {}, two: {} })
  })
})

describe('known consent', () => {
  it('is passed on: `regs.gdpr`, `regs.gpp`, `regs.gpp_sid`, `user.consent`, and GPC where Prebid expects it', () => {
    const regs = { gdprApplies: true, tcf: 'CPx', gpp: 'DBAA', gppSid: [2, 7], gpc: true }
    const request = bidRequest({ ...auctionInput, regs })
    expect(request.regs).toEqual({ gdpr: 1, gpp: 'DBAA', gpp_sid: [2, 7], ext: { gpc: '1' } })
    expect(request.user).toEqual({ consent: 'CPx', eids: [eid] })
    expect(bidRequest({ ...auctionInput, eids: [], regs }).user).toEqual({ consent: 'CPx' })
  })

  it('is a 0 where GDPR does not apply, and left out where unknown', () => {
    expect(bidRequest({ ...auctionInput, regs: { gdprApplies: false } }).regs).toEqual({ gdpr: 0 })
    expect(bidRequest({ ...auctionInput, regs: { gpc: false } })).not.toHaveProperty('regs')
  })
})

describe('an eid', () => {
  it('contains the reader’s token under its source', () => {
    expect(eids).toEqual([eid])
    expect(eidOf({ ...available, source: 'euid.eu' })[0]?.source).toBe('euid.eu')
  })

  it.each<PublicIdentity>([
    { status: 'withheld', now, refreshFrom: now, bucket: 'control' },
    { status: 'gpc', now },
    { status: 'signed_out', now },
    { status: 'opted_out', now },
    { status: 'denied', now },
    { status: 'no_choice', now },
    { status: 'refreshing', now },
    { status: 'unavailable', reason: 'operator', now },
    { status: 'unsupported', reason: 'gdpr', now },
  ])('does not exist for $status (K1)', (identity) => {
    expect(eidOf(identity)).toEqual([])
  })

  it('contains no refresh data under the client hand-off (U10)', () => {
    const identity = {
      advertising_token: 'A4AAAADtoken',
      refresh_token: 'canary',
      identity_expires: 1,
      refresh_from: 1,
      refresh_expires: 1,
      refresh_response_key: 'canary',
    }
    expect(eidOf({ ...available, identity })).toEqual([eid])
  })
})

describe('the request for display (K3)', () => {
  it('shows six characters of the token in any place, and all the rest', () => {
    for (const eidsAt of ['user', 'user.ext'] as const) {
      const request = bidRequest({ ...auctionInput, eidsAt, regs: { tcf: 'CPx' } })
      const text = JSON.stringify(abridged(request))
      expect(text).toContain('"…Dtoken"')
      expect(text).not.toContain('ADtoken')
      expect(JSON.parse(text.replace('…Dtoken', 'A4AAAADtoken'))).toEqual(request)
    }
  })

  it('is unchanged without a reader', () => {
    const request = bidRequest({ ...auctionInput, eids: [] })
    expect(abridged(request)).toEqual(request)
  })
})
