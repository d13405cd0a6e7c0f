import 'server-only'

/** The path of a request target, which is a path with a query or a whole URL. */
export function pathOf(target: string): string {
  return target.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#][\s\S]*$/, '')
}

/**
 * The path as the real operator's router normalises it: double slashes become one, so a base URL may end in a
 * slash. Dots are resolved, needless escapes decoded, and a slash at the end is ignored.
 * https://vertx.io/docs/vertx-web/java/#_routing_by_exact_path
 */
export function normalisePath(path: string): string {
  const plain = path.replace(/%[0-9a-f]{2}/gi, (escaped) => {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16))
    return /[\w.~-]/.test(character) ? character : escaped
  })
  const segments: string[] = []
  for (const segment of plain.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return `/${segments.join('/')}`
}
