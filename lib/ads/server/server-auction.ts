import { z } from 'zod'
import type { BidRequest } from './openrtb.ts'

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
}

/** More than this no answer has; a server reads those of many readers at once. */
const largestAnswer = 1024 * 1024

const answerShape = z.looseObject({
  // The one that was asked for, which is also meant where nothing is said: prices of another would be misread.
  cur: z.literal('USD').optional(),
  seatbid: z.array(z.looseObject({ bid: z.array(z.unknown()) })),
})

const bidShape = z.looseObject({
  impid: z.string(),
  price: z.number().positive(),
  adm: z.string().min(1),
  w: z.int().positive(),
  h: z.int().positive(),
  ext: z
    .looseObject({ uid2: z.looseObject({ token: z.string() }) })
    .optional()
    .catch(undefined),
})

/**
 * Holds an auction at a Prebid Server and answers the best ad of each slot, by slot id. Never rejects: whatever goes
 * wrong there or on the way, or takes longer than the request's `tmax`, the page goes without ads. Of the reader
 * nothing is sent but the request and its user agent: no cookies, no address.
 */
export async function holdServerAuction(
  endpoint: string,
  request: BidRequest,
): Promise<Map<string, ServerAd>> {
  try {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': request.device.ua },
      body: JSON.stringify(request),
      // The token is for this host and for no other that it may name.
      redirect: 'error',
      cache: 'no-store',
      signal: AbortSignal.timeout(request.tmax),
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

function bestOf({ seatbid }: z.infer<typeof answerShape>, { imp }: BidRequest): Map<string, ServerAd> {
  const best = new Map<string, ServerAd>()
  for (const offered of seatbid.flatMap(({ bid }) => bid)) {
    const { data: bid } = bidShape.safeParse(offered)
    // Of another size it would not fit into what the page has reserved.
    const sizes = imp.find(({ id }) => id === bid?.impid)?.banner.format ?? []
    if (!bid || !sizes.some(({ w, h }) => w === bid.w && h === bid.h)) continue
    if (bid.price <= (best.get(bid.impid)?.price ?? 0)) continue
    const { adm: markup, w: width, h: height, price, ext } = bid
    best.set(bid.impid, { markup, width, height, price, token: ext?.uid2.token ?? null })
  }
  return best
}

async function readText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength
    if (size > largestAnswer) throw new Error('too large')
    chunks.push(chunk)
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(await new Blob(chunks as BlobPart[]).arrayBuffer())
}
