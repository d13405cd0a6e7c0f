import 'server-only'

/** The maximum depth of the real operator's JSON parser. */
const MAX_LEVELS = 1000

export type JsonObject = Readonly<Record<string, unknown>>

/** Parses a JSON object in UTF-8. Undefined for anything else. */
export function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return isObject(value) && !isDeeper(value, MAX_LEVELS) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * A field as text. Null counts as absent. The real operator converts a value of any type to Java's text: a
 * list is `[a, b]`, an object `{key=value}`.
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
