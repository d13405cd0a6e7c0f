import 'server-only'

import type { Place } from './gpt-slots'

/**
 * The ad server behind Google's tag. Its protocol is not public, so this sends OpenRTB to the sandbox's
 * exchange and decides as Ad Manager would: a line item for Prebid, found by `hb_adid`, wins when its `hb_pb`
 * is above the bid (https://docs.prebid.org/adops/before-you-start.html), otherwise the exchange's ad is
 * shown. A provider's signal that is an eid source goes to buyers as that eid:
 * https://support.google.com/admanager/answer/10488752.
 *
 * It runs in a browser and is served as text, so it may use nothing else of this module.
 */
export function adRequests(exchange: string) {
  interface Bid {
    impid: string
    price: number
    adm: string
    w: number
    h: number
  }
  const EID_SOURCES = ['uidapi.com', 'euid.eu']

  async function ask(
    places: readonly Place[],
    targeting: Record<string, string[]>,
    signals: Record<string, string>,
  ): Promise<Bid[]> {
    const eids = EID_SOURCES.flatMap((source) => {
      const id = signals[source]
      return id === undefined ? [] : [{ source, uids: [{ id, atype: 3 }] }]
    })
    const request = {
      id: crypto.getRandomValues(new Uint32Array(2)).join('-'),
      imp: places.map(({ element, path, sizes }) => ({
        id: element,
        tagid: path,
        banner: { format: sizes.map(([w, h]) => ({ w, h })) },
      })),
      site: { page: location.origin + location.pathname },
      ...(eids.length > 0 && { user: { eids } }),
      ext: {
        gam: {
          targeting,
          slots: Object.fromEntries(places.map((place) => [place.element, place.targeting.all()])),
          signals,
        },
      },
    }
    try {
      const headers = { 'content-type': 'text/plain' }
      const answer = await fetch(exchange, { method: 'POST', headers, body: JSON.stringify(request) })
      const { seatbid } = (await answer.json()) as { seatbid?: { bid: Bid[] }[] }
      return (seatbid ?? []).flatMap(({ bid }) => bid)
    } catch {
      return []
    }
  }

  /** The `hb_adid` of the line item for Prebid, if it is worth more than the exchange's bid. */
  function prebidAd({ targeting }: Place, bid: Bid | undefined): string | undefined {
    const price = Number(targeting.get('hb_pb')[0] ?? 0)
    return price > (bid?.price ?? 0) ? targeting.get('hb_adid')[0] : undefined
  }

  return { ask, prebidAd }
}
