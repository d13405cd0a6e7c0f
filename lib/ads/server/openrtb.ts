import type { PublicIdentity } from '../../identity/public-identity'

/**
 * What a server asks a Prebid Server for: OpenRTB 2.6, as far as banners need it.
 * https://github.com/InteractiveAdvertisingBureau/openrtb2.x/blob/main/2.6.md
 */
export interface BidRequest {
  id: string
  imp: Imp[]
  site?: Site & { publisher: Publisher }
  app?: App & { publisher: Publisher }
  device: Device
  user?: { consent?: string; eids?: Eid[]; ext?: { eids: Eid[] } }
  regs?: { gdpr?: 0 | 1; gpp?: string; gpp_sid?: number[]; ext?: { gpc: '1' } }
  source: { tid: string }
  /** The longest that the whole auction may take, the way included, ms. */
  tmax: number
  cur: string[]
  ext: { prebid: { channel: { name: 'web' | 'app' } } }
}

interface Imp {
  id: string
  tagid: string
  secure: 1
  banner: { format: { w: number; h: number }[] }
  ext: { prebid: { bidder: Record<string, BidderParams> } }
}

export interface Eid {
  source: string
  /** `atype` 3: an ID of a person, not of a device. */
  uids: { id: string; atype: 3 }[]
}

type BidderParams = Record<string, unknown>
type Site = { page: string; domain: string }
type App = { bundle: string; name?: string; storeurl?: string }
type Device = { ua: string; ip?: string; ipv6?: string }
type Publisher = { id: string }

/** What is known of the reader's consent; `gpc`: the request carried `Sec-GPC: 1`. */
interface KnownSignals {
  tcf?: string | undefined
  gdprApplies?: boolean | undefined
  gpp?: string | undefined
  gppSid?: readonly number[] | undefined
  gpc?: boolean | undefined
}

interface ServerSlot {
  /** Of this request alone, and the same from one to the next. */
  id: string
  sizes: ReadonlyArray<readonly [width: number, height: number]>
}

/** A page of a site, or an app of a phone or a television. */
type Surface = { site: Site } | { app: App }

export type Auction = Surface & {
  /** Random for each request. */
  id: string
  slots: readonly ServerSlot[]
  device: Device
  eids: readonly Eid[]
  /** `user.ext`: where eids were before OpenRTB 2.6, for those who still look there. */
  eidsAt?: 'user' | 'user.ext'
  /** By their Prebid code. */
  bidders: readonly string[]
  /** What a bidder has to know of a slot. */
  bidderParams?: (bidder: string, slotId: string) => BidderParams
  accountId: string
  timeoutMs: number
  regs?: KnownSignals
}

/** The request of one auction. Pure: what is not known is not in it. */
export function bidRequest(auction: Auction): BidRequest {
  const user = userOf(auction)
  const regs = regsOf(auction.regs ?? {})
  return {
    id: auction.id,
    imp: auction.slots.map((slot) => impOf(slot, auction)),
    ...surfaceOf(auction),
    device: auction.device,
    ...(user && { user }),
    ...(regs && { regs }),
    source: { tid: auction.id },
    tmax: auction.timeoutMs,
    cur: ['USD'],
    ext: { prebid: { channel: { name: 'site' in auction ? 'web' : 'app' } } },
  }
}

/** The eid of a reader who may be recognised; nothing for all others. */
export const eidOf = (identity: PublicIdentity): Eid[] =>
  identity.status === 'available'
    ? [{ source: identity.source, uids: [{ id: identity.advertisingToken, atype: 3 }] }]
    : []

/**
 * The reader's device. Without an address, a Prebid Server takes the one that the request comes from, your server's,
 * for that of every reader: `setIPImplicitly` in its endpoints/openrtb2/auction.go.
 */
export const deviceOf = ({ ua, address }: { ua: string; address: string | null }): Device => ({
  ua,
  ...(address !== null && (address.includes(':') ? { ipv6: address } : { ip: address })),
})

/** The same request to look at: of each ID the last 6 characters, because all tokens of one key begin alike. */
export function abridged(request: BidRequest): BidRequest {
  const { user } = request
  if (!user) return request
  const shorten = (eids: Eid[]): Eid[] =>
    eids.map(({ source, uids }) => ({
      source,
      uids: uids.map(({ id, atype }) => ({ id: `…${id.slice(-6)}`, atype })),
    }))
  return {
    ...request,
    user: {
      ...user,
      ...(user.eids && { eids: shorten(user.eids) }),
      ...(user.ext && { ext: { eids: shorten(user.ext.eids) } }),
    },
  }
}

function surfaceOf(auction: Auction): Pick<BidRequest, 'site' | 'app'> {
  const publisher = { id: auction.accountId }
  return 'site' in auction ? { site: { ...auction.site, publisher } } : { app: { ...auction.app, publisher } }
}

function impOf({ id, sizes }: ServerSlot, { bidders, bidderParams = () => ({}) }: Auction): Imp {
  const bidder = Object.fromEntries(bidders.map((code) => [code, bidderParams(code, id)]))
  return {
    id,
    tagid: id,
    secure: 1,
    banner: { format: sizes.map(([w, h]) => ({ w, h })) },
    ext: { prebid: { bidder } },
  }
}

function userOf({ eids, eidsAt = 'user', regs }: Auction): BidRequest['user'] {
  const own = eids.length === 0 ? {} : eidsAt === 'user' ? { eids: [...eids] } : { ext: { eids: [...eids] } }
  return orNothing({ ...(regs?.tcf !== undefined && { consent: regs.tcf }), ...own })
}

const regsOf = ({ gdprApplies, gpp, gppSid, gpc }: KnownSignals): BidRequest['regs'] =>
  orNothing({
    ...(gdprApplies !== undefined && { gdpr: gdprApplies ? (1 as const) : (0 as const) }),
    ...(gpp !== undefined && { gpp }),
    ...(gppSid !== undefined && { gpp_sid: [...gppSid] }),
    ...(gpc && { ext: { gpc: '1' as const } }),
  })

const orNothing = <T extends object>(object: T): T | undefined =>
  Object.keys(object).length > 0 ? object : undefined
