/**
 * The unchanged text of one member of a JSON object. `JSON.parse` would change numbers beyond 2^53. When a
 * name is there twice, the last counts, as in `JSON.parse`.
 *
 * @param json valid JSON
 */
export function memberText(json: string, name: string): string | undefined {
  let depth = 0
  let key: string | undefined
  let begin = 0
  let found: string | undefined
  for (let i = 0; i < json.length; i++) {
    const character = json[i]
    if (character === '"') {
      const end = endOfString(json, i)
      if (depth === 1) key ??= json.slice(i, end + 1)
      i = end
    } else if (character === '{' || character === '[') depth++
    else if (depth === 1 && character === ':') begin = i + 1
    else if (depth === 1 && (character === ',' || character === '}')) {
      if (key !== undefined && JSON.parse(key) === name) found = json.slice(begin, i).trim()
      key = undefined
    } else if (character === '}' || character === ']') depth--
  }
  return found
}

/** Finds the closing quote of a string: the first one after an even number of backslashes. */
function endOfString(json: string, opening: number): number {
  for (let end = json.indexOf('"', opening + 1); ; end = json.indexOf('"', end + 1)) {
    let escapes = 0
    while (json[end - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return end
  }
}
