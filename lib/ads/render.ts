import type { Winner } from './auctioneer.ts'

/**
 * A creative runs in an opaque origin: it can show itself and open its link, and reach nothing of the
 * page. With `allow-same-origin` a `srcdoc` frame would be the page.
 */
export function renderCreative(into: HTMLElement, winner: Winner): void {
  const frame = into.ownerDocument.createElement('iframe')
  frame.setAttribute('sandbox', 'allow-scripts allow-popups')
  frame.title = 'Advertisement'
  frame.width = String(winner.width)
  frame.height = String(winner.height)
  frame.style.border = '0'
  frame.srcdoc = winner.markup
  into.replaceChildren(frame)
}
