/**
 * A creative runs in an opaque origin: it can show itself and open its link, and reach nothing of the
 * page. With `allow-same-origin` a `srcdoc` frame would be the page.
 */
export function renderCreative(
  into: HTMLElement,
  { markup, width, height }: { markup: string; width: number; height: number },
): void {
  const frame = into.ownerDocument.createElement('iframe')
  frame.setAttribute('sandbox', 'allow-scripts allow-popups')
  frame.title = 'Advertisement'
  frame.width = String(width)
  frame.height = String(height)
  frame.style.border = '0'
  frame.srcdoc = markup
  into.replaceChildren(frame)
}
