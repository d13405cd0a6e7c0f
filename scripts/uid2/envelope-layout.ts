import { open } from '#lib/sandbox/operator/aes-gcm.ts'

export type EnvelopeKind = 'request' | 'response' | 'refresh'

/** A range of an envelope's bytes. The end is exclusive. */
export interface Part {
  readonly name: 'version' | 'iv' | 'time' | 'nonce' | 'json' | 'tag'
  readonly from: number
  readonly to: number
  /** The content. Undefined while sealed. */
  readonly bytes: Buffer | undefined
}

export interface Layout {
  readonly kind: EnvelopeKind
  /** Whether a key opened it, which proves its kind. */
  readonly opened: boolean
  readonly parts: readonly Part[]
}

export interface EnvelopeKeys {
  readonly clientSecret?: Buffer | undefined
  readonly responseKey?: Buffer | undefined
}

const IV = 12
const TAG = 16

const shapes = {
  request: { version: 1, head: 16, key: 'clientSecret' },
  response: { version: 0, head: 16, key: 'clientSecret' },
  refresh: { version: 0, head: 0, key: 'responseKey' },
} as const satisfies Record<EnvelopeKind, { version: number; head: number; key: keyof EnvelopeKeys }>

const kinds = Object.keys(shapes) as EnvelopeKind[]

/**
 * The positions of all parts of an envelope. GCM encrypts byte by byte, so positions are the same sealed and
 * open, and even a sealed envelope shows the length of its JSON. `undefined`: too short for its kind.
 */
export function parseLayout(
  bytes: Buffer,
  keys: EnvelopeKeys,
  requestedKind?: EnvelopeKind,
): Layout | undefined {
  const possible = requestedKind === undefined ? kinds : [requestedKind]
  for (const kind of possible) {
    const plaintext = openAs(kind, bytes, keys)
    if (plaintext) return layout(kind, bytes, plaintext)
  }
  // Unopened, only the version byte shows the kind. A response begins with that byte once in 256 times.
  const guess =
    requestedKind ?? (bytes[0] === 1 && bytes.length >= shortest('request') ? 'request' : 'response')
  return bytes.length < shortest(guess) ? undefined : layout(guess, bytes, undefined)
}

export const shortest = (kind: EnvelopeKind): number => shapes[kind].version + IV + shapes[kind].head + TAG

function openAs(kind: EnvelopeKind, bytes: Buffer, keys: EnvelopeKeys): Buffer | null {
  const { version, key: name } = shapes[kind]
  const key = keys[name]
  if (!key || bytes.length < shortest(kind)) return null
  return open(key, bytes.subarray(version))
}

function layout(kind: EnvelopeKind, bytes: Buffer, plaintext: Buffer | undefined): Layout {
  const { version, head } = shapes[kind]
  const sealedFrom = version + IV
  const plain = (name: Part['name'], from: number, to: number): Part => ({
    name,
    from,
    to,
    bytes: bytes.subarray(from, to),
  })
  const sealed = (name: Part['name'], from: number, to: number): Part => ({
    name,
    from,
    to,
    bytes: plaintext?.subarray(from - sealedFrom, to - sealedFrom),
  })
  const end = bytes.length - TAG
  return {
    kind,
    opened: plaintext !== undefined,
    parts: [
      ...(version === 1 ? [plain('version', 0, 1)] : []),
      plain('iv', version, sealedFrom),
      ...(head === 16
        ? [sealed('time', sealedFrom, sealedFrom + 8), sealed('nonce', sealedFrom + 8, sealedFrom + 16)]
        : []),
      sealed('json', sealedFrom + head, end),
      plain('tag', end, bytes.length),
    ],
  }
}
