import { z } from 'zod'
import { isBannerMarkup } from '../banner-markup'
import { fillMacros } from '../openrtb-macros'
import type { BidRequest } from './openrtb'

/** What a slot was sold for. */
export interface ServerAd {
  /** The creative, whole: only for a frame that can reach nothing of the page. */
  markup: string
  width: number
  height: number
  /** Per thousand, in the currency that was asked for. */
  price: number
  /** What the buyer made of the token, where it says so. */
  token: string | null
  /** To be called when the ad is shown, where the buyer wants to be told. */
  nurl?: string
  /** To be called when the impression is billed. */
  burl?: string
}

/** More than this no answer has; a server reads those of many readers at once. */
const largestAnswer = 1024 * 1024

/**
 * A Prebid Server uses all of `tmax` to wait for its bidders, and answers after it: without time for the way back, one
 * slow bidder would cost the bids of all others. Prebid.js leaves a quarter of its own time, and so a third of `tmax`.
 * https://docs.prebid.org/dev-docs/modules/prebidServer.html, `timeout`
 */
const wayBack = 4 / 3

/** A fault of one part must not cost the others: each of the lists is read entry by entry. */
const answerShape = z.looseObject({
  bidid: z.string().optional().catch(undefined),
  // The one that was asked for, which is also meant where nothing is said: prices of another would be misread.
  cur: z
    .string()
    .transform((text) => text.trim().toUpperCase())
    .pipe(z.enum(['USD', '']))
    .nullish(),
  seatbid: z.array(z.unknown()).nullish(),
})

const seatShape = z.looseObject({
  seat: z.string().optional().catch(undefined),
  bid: z.array(z.unknown()),
})

const text = z.string().min(1).optional().catch(undefined)
/** Servers leave out a size that is 0. */
const size = z.int().min(0).nullish()

const bidShape = z.looseObject({
  impid: z.string(),
  price: z.number().positive(),
  adm: z.string().refine(isBannerMarkup),
  adid: text,
  nurl: text,
  burl: text,
  w: size,
  h: size,
  // 1: banner. The others (video, audio, native) do not show anything in a frame.
  mtype: z.literal([0, 1]).nullish(),
  ext: z
    .looseObject({
      // What Prebid Server says where the bidder does not.
      prebid: z.looseObject({ type: z.literal('banner').nullish() }).nullish(),
    })
    .nullish(),
})

const tokenShape = z.looseObject({ uid2: z.looseObject({ token: z.string() }) })

/**
 * Holds an auction at a Prebid Server and returns the best ad of each slot, by slot id. Never rejects: whatever goes
 * wrong there or on the way, or takes a third longer than the request's `tmax`, the page goes without ads. Besides the
 * request only its user agent is sent, no cookies.
 */
export async function holdServerAuction(
  endpoint: string,
  request: BidRequest,
): Promise<Map<string, ServerAd>> {
  // A Prebid Server refuses a request without a bidder.
  if (!request.imp.some(({ ext }) => Object.keys(ext.prebid.bidder).length > 0)) return new Map()
  try {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': request.device.ua },
      body: JSON.stringify(request),
      // The token is for this host and for no other that it may name.
      redirect: 'error',
      cache: 'no-store',
      signal: AbortSignal.timeout(Math.ceil(request.tmax * wayBack)),
    })
    if (answer.status !== 200) {
      await answer.body?.cancel()
      return new Map()
    }
    return bestOf(answerShape.parse(JSON.parse(await readText(answer))), request)
  } catch {
    return new Map()
  }
}

function bestOf({ bidid, seatbid }: z.infer<typeof answerShape>, request: BidRequest): Map<string, ServerAd> {
  const best = new Map<string, ServerAd>()
  for (const { seat, bid: offered } of parsed(seatShape, seatbid ?? []))
    for (const bid of parsed(bidShape, offered)) {
      const { impid, price, adm, nurl, burl, adid: adId } = bid
      const size = sizeOf(bid, request.imp.find(({ id }) => id === impid)?.banner.format ?? [])
      if (!size || price <= (best.get(impid)?.price ?? 0)) continue
      const ids = { auctionId: request.id, bidId: bidid, impId: impid, seatId: seat, adId }
      const fill = (text: string) => fillMacros(text, { ...ids, price, currency: 'USD' })
      best.set(impid, {
        markup: fill(adm),
        width: size.w,
        height: size.h,
        price,
        token: tokenShape.safeParse(bid.ext).data?.uid2.token ?? null,
        ...(nurl && { nurl: fill(nurl) }),
        ...(burl && { burl: fill(burl) }),
      })
    }
  return best
}

/** One of the sizes that were offered: of another one it would not fit into what the page has reserved. */
const sizeOf = <Size extends { w: number; h: number }>(
  { w, h }: Pick<z.infer<typeof bidShape>, 'w' | 'h'>,
  offered: readonly Size[],
): Size | undefined => offered.find((size) => (w || size.w) === size.w && (h || size.h) === size.h)

/** Those of a list that have this shape. */
const parsed = <T>(shape: z.ZodType<T>, list: readonly unknown[]): T[] =>
  list.flatMap((entry) => shape.safeParse(entry).data ?? [])

async function readText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  // Not `for await`, whose types a new Next app does not load.
  const reader = answer.body?.getReader()
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    size += part.value.byteLength
    if (size > largestAnswer) {
      reader?.cancel().catch(() => {})
      throw new Error('too large')
    }
    chunks.push(part.value)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(await new Blob(chunks as BlobPart[]).arrayBuffer())
}
