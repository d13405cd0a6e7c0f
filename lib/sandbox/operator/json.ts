import 'server-only'

/** How deep the JSON parser of the real operator goes. */
const MOST_LEVELS = 1000

export type JsonObject = Readonly<Record<string, unknown>>

/** A JSON object in UTF-8; undefined for whatever else the bytes are. */
export function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return isObject(value) && !isDeeper(value, MOST_LEVELS) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * A field as text; null counts as absent. The real operator asks the value of whatever type for its text, and
 * that is Java's: a list reads `[a, b]`, an object `{key=value}`.
 */
export function textField(object: JsonObject | null, name: string): string | undefined {
  const value = object && Object.hasOwn(object, name) ? object[name] : undefined
  return value === undefined || value === null ? undefined : javaText(value)
}

function javaText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(javaText).join(', ')}]`
  if (!isObject(value)) return String(value)
  const entries = Object.entries(value).map(([key, inner]) => `${key}=${javaText(inner)}`)
  return `{${entries.join(', ')}}`
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}
