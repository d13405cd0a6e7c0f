import 'server-only'

/** Characters of a token that are shown: enough to distinguish two, too few to use (K3). */
const SHOWN = 6

/** Deeper than any bid request. A hostile one must not exhaust the stack. */
const DEPTH = 40

/** More than any bid request has. Each is searched for in each text. */
const TOKENS = 100

/** `…` and the last six characters: all tokens of one key begin alike. */
function shorten(token: string): string {
  return token.length > SHOWN ? `…${token.slice(-SHOWN)}` : token
}

/**
 * A copy of the JSON with every eid's id and every signal shortened, also where its text occurs elsewhere.
 * Undefined: there are too many.
 */
export function shortenTokens(json: unknown): unknown {
  // The longest first, so that nothing is left of a token that begins with another one.
  const tokens = [...tokensIn(json, 0)].sort((a, b) => b.length - a.length)
  if (tokens.length > TOKENS) return undefined
  const clean = (text: string) => tokens.reduce((left, token) => left.replaceAll(token, shorten(token)), text)
  return mapTexts(json, clean, 0)
}

/** Finds each `id` below an `eids`, and each value below a `signals`. */
function tokensIn(json: unknown, depth: number, found = new Set<string>()): Set<string> {
  if (!isObject(json) || depth > DEPTH) return found
  for (const [name, value] of Object.entries(json)) {
    if (name === 'eids') collect(value, (key) => key === 'id', depth, found)
    else if (name === 'signals') collect(value, () => true, depth, found)
    else tokensIn(value, depth + 1, found)
  }
  return found
}

function collect(json: unknown, isToken: (key: string) => boolean, depth: number, found: Set<string>): void {
  if (!isObject(json) || depth > DEPTH) return
  for (const [key, value] of Object.entries(json)) {
    if (typeof value !== 'string') collect(value, isToken, depth + 1, found)
    else if (isToken(key) && value.length > SHOWN) found.add(value)
  }
}

function mapTexts(json: unknown, change: (text: string) => string, depth: number): unknown {
  if (typeof json === 'string') return change(json)
  if (!isObject(json)) return json
  if (depth > DEPTH) return '…'
  if (Array.isArray(json)) return json.map((item) => mapTexts(item, change, depth + 1))
  const entries = Object.entries(json).map(([key, value]) => [
    change(key),
    mapTexts(value, change, depth + 1),
  ])
  return Object.fromEntries(entries)
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
