/** Shown unmasked: these are neither personal nor secret. */
const HARMLESS = /^(status|message|identity_scope)$/

/** Numbers are shown (times, key numbers), except where a person is expected. */
const PERSON = /^(email|phone)/i

/** A JSON value in which every text is described instead of shown. */
export function maskJson(value: unknown, name = ''): unknown {
  if (typeof value === 'string') return HARMLESS.test(name) ? value : describeText(value)
  if (typeof value === 'number' && PERSON.test(name)) return '‹a number›'
  if (Array.isArray(value)) return value.map((item) => maskJson(item, name))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskJson(item, key)]))
}

function describeText(text: string): string {
  if (/^[0-9a-f]{64}$/i.test(text)) return '‹64 hex digits: a hash›'
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return '‹44 characters: base64 of 32 bytes›'
  return `‹${text.length} ${text.length === 1 ? 'character' : 'characters'}${text.includes('@') ? ', with an @' : ''}›`
}
