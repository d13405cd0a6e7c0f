import type { ConsentWait } from '../consent/consent-wait'
import type { AdUnit, Auctioneer, Sale, Winner } from '../slots/auctioneer'
import type { HeaderBidding } from '../slots/header-bidding'
import type { GoogleTag } from './gpt-loader'

export interface GptOptions {
  load(): Promise<GoogleTag>
  adUnitPath(slot: string): string
  /** Google is asked once the page's consent platform has spoken, or has let its time pass. */
  consent: ConsentWait
  /** Runs before each request to Google; null: none. */
  headerBidding: HeaderBidding | null
  /** For the ad server's reports; null takes a key away. */
  keyValues(): Record<string, string | null>
  /** The longest to wait for Google's tag to fill its slots, ms. */
  fillTimeoutMs: number
  setTimeout(run: () => void, ms: number): unknown
}

/**
 * Google's tag as the ad server. It puts its ads into the page itself, so a sale here is over when they are there.
 * A slot is defined as it is first sold and destroyed as it leaves: kept ones would pile up with every soft
 * navigation. https://developers.google.com/publisher-tag/reference
 */
export function createGptAuctioneer(options: GptOptions): Auctioneer {
  const { headerBidding } = options
  const slots = new Map<string, { slot: googletag.Slot; div: HTMLElement }>()
  /** Who waits for which slot to be filled. */
  const waiting = new Map<googletag.Slot, (filled: boolean) => void>()
  let token: Parameters<Auctioneer['applyToken']>[0] = null
  let tokens = 0
  let tag: GoogleTag | null = null

  async function load(): Promise<GoogleTag> {
    const loaded = await options.load()
    if (tag === null) {
      tag = loaded
      tag
        .pubads()
        .addEventListener('slotRenderEnded', ({ slot, isEmpty }: googletag.events.SlotRenderEndedEvent) =>
          waiting.get(slot)?.(!isEmpty),
        )
    }
    return loaded
  }

  /** The slot of a unit, in a place that is still on the page. */
  function slotOf(loaded: GoogleTag, { code, sizes, place }: AdUnit): googletag.Slot | null {
    const known = slots.get(code)
    if (known?.div.isConnected) return known.slot
    if (known) release(code)
    const into = place()
    if (into === null) return null
    const div = into.ownerDocument.createElement('div')
    div.id = code
    into.replaceChildren(div)
    const slot = loaded.defineSlot(
      options.adUnitPath(code),
      sizes.map(([w, h]): [number, number] => [w, h]),
      code,
    )
    if (slot === null) return null
    slot.addService(loaded.pubads())
    slots.set(code, { slot, div })
    // Asks for nothing yet: initial loads are off.
    loaded.display(code)
    return slot
  }

  function filled(slot: googletag.Slot): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (isFilled: boolean) => {
        waiting.delete(slot)
        resolve(isFilled)
      }
      waiting.set(slot, done)
      options.setTimeout(() => done(false), options.fillTimeoutMs)
    })
  }

  async function auction(units: readonly AdUnit[]): Promise<Sale> {
    const before = { token, tokens }
    const loaded = await load()
    const [bought] = await Promise.all([
      // Without header bids Google still has an ad to sell.
      headerBidding?.auction(units).catch(() => null),
      options.consent(),
    ])
    const found = units.flatMap((unit) => {
      const slot = slotOf(loaded, unit)
      return slot ? [{ code: unit.code, slot }] : []
    })
    if (bought) await headerBidding?.target(found.map(({ code }) => code))
    loaded.setConfig({ targeting: options.keyValues() })
    const fills = found.map(({ slot }) => filled(slot))
    if (found.length > 0) loaded.pubads().refresh(found.map(({ slot }) => slot))
    const outcomes = await Promise.all(fills)
    const winners = new Map<string, Winner>()
    for (const [index, { code }] of found.entries())
      if (outcomes[index]) winners.set(code, { token: null, cpm: null, show() {} })
    return {
      winners,
      withToken: before.token !== null || tokens > before.tokens || bought?.withToken === true,
    }
  }

  function release(code: string): void {
    const known = slots.get(code)
    if (!known) return
    slots.delete(code)
    waiting.get(known.slot)?.(false)
    tag?.destroySlots([known.slot])
    known.div.remove()
  }

  return {
    async applyToken(next) {
      token = next
      if (next) tokens += 1
      await headerBidding?.applyToken(next)
    },
    auction,
    release,
  }
}
