import { isFresh } from '#lib/sandbox/operator/envelope.ts'
import { type EnvelopeKeys, type Layout, shortest } from './envelope-layout.ts'

interface Facts {
  readonly body: string
  readonly bytes: Buffer
  readonly layout: Layout | undefined
  readonly keys: EnvelopeKeys
  readonly jsonFailed: boolean
  readonly now: number
}

/** Notes for a person who looks at an envelope. */
export function envelopeNotes({ body, bytes, layout, keys, jsonFailed, now }: Facts): string[] {
  if (isJson(body))
    return [
      'This is JSON, not an envelope. Operators refuse unsealed requests; their error answers look like this.',
    ]
  const notes = alphabetNotes(body)
  if (!layout)
    return notes.length > 0
      ? notes
      : [
          `Too short: a request has at least ${shortest('request')} bytes, a response ${shortest('response')}, a response to a refresh ${shortest('refresh')}. This has ${bytes.length}.`,
        ]
  const isRequest = bytes[0] === 1
  if (!layout.opened) notes.push(...sealedNotes(layout, isRequest, keys))
  const time = layout.parts.find(({ name }) => name === 'time')?.bytes
  if (layout.kind === 'request' && time && !isFresh(Number(time.readBigInt64BE(0)), now))
    notes.push(
      'An operator with our clock would refuse it now: a request may be up to 120 s old, or 119 s ahead. Seal each attempt again.',
    )
  if (layout.kind === 'request' && !isRequest)
    notes.push('The first byte of a request is its version and must be 1.')
  if (jsonFailed) notes.push('Its content is not JSON in UTF-8.')
  return notes
}

function sealedNotes(
  { kind }: Layout,
  isRequest: boolean,
  { clientSecret, responseKey }: EnvelopeKeys,
): string[] {
  const tried = [
    ...(clientSecret && kind !== 'refresh' ? ['UID2_CLIENT_SECRET'] : []),
    ...(responseKey ? ['REFRESH_RESPONSE_KEY'] : []),
  ]
  const from =
    kind === 'request'
      ? isRequest
        ? ['The first byte is 1, the version of a request.']
        : []
      : [
          'There is no version byte, so it is not a request; a response to a refresh looks the same from outside, and has neither time nor nonce.',
        ]
  if (tried.length === 0)
    return [
      ...from,
      'Set UID2_CLIENT_SECRET, or for a response to a refresh REFRESH_RESPONSE_KEY, to see what is inside.',
    ]
  return [
    ...from,
    `${tried.join(' and ')} ${tried.length === 1 ? 'does' : 'do'} not open it: it is sealed with another key, or one of its bytes has changed.`,
  ]
}

function alphabetNotes(body: string): string[] {
  const rest = body.trim()
  if (!/^[A-Za-z0-9+/_\s-]+={0,2}$/.test(rest)) return ['This is not base64: operators refuse it.']
  return [
    ...(/[-_]/.test(rest) ? ['It is in the URL-safe alphabet; operators read only the standard one.'] : []),
    ...(/\s/.test(body) ? ['It contains whitespace or line ends; operators refuse that.'] : []),
  ]
}

function isJson(body: string): boolean {
  try {
    return typeof JSON.parse(body) === 'object'
  } catch {
    return false
  }
}
