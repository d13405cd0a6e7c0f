/** Strings, and the characters that give JSON its structure. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/gs

/**
 * The text of one member of a JSON object, as it stands: what `JSON.parse` would make of a number beyond
 * 2^53 is another number. Of members with the same name the last counts, as it does for `JSON.parse`.
 *
 * @param json valid JSON
 */
export function memberText(json: string, name: string): string | undefined {
  let depth = 0
  let key: string | undefined
  let begin = 0
  let found: string | undefined
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    if (depth === 1 && token.startsWith('"')) key ??= token
    else if (depth === 1 && token === ':') begin = index + 1
    else if (depth === 1 && (token === ',' || token === '}')) {
      if (key !== undefined && JSON.parse(key) === name) found = json.slice(begin, index).trim()
      key = undefined
    }
    if (token === '{' || token === '[') depth++
    if (token === '}' || token === ']') depth--
  }
  return found
}
