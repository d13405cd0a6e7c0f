/** What may stand before the root element of XML: a byte order mark, a declaration, comments, a doctype. */
const prolog = /^(?:\s|\uFEFF|<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!doctype[^>]*>)*/i
const videoRoot = /^<(?:[\w.-]+:)?(?:VAST|VMAP|VideoAdServingTemplate|DAAST)[\s/>]/i

/**
 * Whether a frame can show this markup as it is. Video and audio come as VAST, native ads as JSON, and not every
 * bidder says so: in a frame they would be text.
 */
export function isBannerMarkup(markup: string): boolean {
  const body = markup.replace(prolog, '')
  return body !== '' && !videoRoot.test(body) && !isJson(body)
}

function isJson(text: string): boolean {
  if (!/^[{[]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
