import { decodeBase64 } from '#lib/sandbox/operator/java-base64.ts'
import { digestMistakes, sha256 } from './digests.ts'
import { rightSpellings, spellingMistakes, unwrap } from './spellings.ts'
import { textMistakes } from './texts.ts'
import type { Dii, Mistake } from './typed-dii.ts'

export type Diagnosis =
  | { result: 'right' }
  /** In the order in which they happened. */
  | { result: 'mistaken'; mistakes: readonly Mistake[] }
  | { result: 'unknown' }

interface Hashed {
  readonly mistakes: readonly Mistake[]
  readonly hash: Buffer
}

/**
 * Finds the mistakes that lead from a person to what a system sends as their hash. Of several explanations it
 * returns the one with the fewest mistakes.
 */
export function diagnose(dii: Dii, sent: string): Diagnosis {
  let best: readonly Mistake[] | undefined
  for (const { text, mistakes: around } of unwrap(sent))
    for (const { mistakes, hash } of hashes(dii))
      for (const spelling of spellingsOf(hash, mistakes)) {
        if (!spelling.texts.includes(plain(text))) continue
        const all = [...mistakes, ...spelling.mistakes, ...around]
        if (all.length === 0) return { result: 'right' }
        if (!best || all.length < best.length) best = all
      }
  return best ? { result: 'mistaken', mistakes: best } : { result: 'unknown' }
}

/** Hashes of this person with up to `depth` mistakes: the candidates when a token is not theirs. */
export function mistakenHashes(dii: Dii, depth: 1 | 2): { mistakes: readonly Mistake[]; hash: string }[] {
  const seen = new Set<string>()
  const found: { mistakes: readonly Mistake[]; hash: string }[] = []
  for (const { mistakes, hash } of [...hashes(dii)].sort((a, b) => a.mistakes.length - b.mistakes.length)) {
    const text = hash.toString('base64')
    if (mistakes.length > depth || hash.length !== 32 || seen.has(text)) continue
    seen.add(text)
    if (mistakes.length > 0) found.push({ mistakes, hash: text })
  }
  return found
}

/** Whether an operator accepts this text as a hash. It cannot know of what. */
export function isAccepted(sent: string): boolean {
  return /^[0-9a-f]{64}$/i.test(sent) || (sent.length === 44 && decodeBase64(sent) !== null)
}

/** Whether this person would reveal a system that does not normalise. */
export const showsNormalisation = ({ given, normalised }: Dii): boolean => given !== normalised

function* hashes(dii: Dii): Generator<Hashed> {
  for (const { mistakes, bytes } of texts(dii)) {
    yield { mistakes, hash: sha256(bytes) }
    for (const digest of digestMistakes) yield { mistakes: [...mistakes, digest], hash: digest.make(bytes) }
  }
}

function texts(dii: Dii): { mistakes: readonly Mistake[]; bytes: Buffer }[] {
  const seen = new Set<string>()
  const all = [
    { mistakes: [], made: [dii.normalised] },
    ...textMistakes(dii.kind).map((mistake) => ({ mistakes: [mistake], made: mistake.make(dii) })),
  ]
  return all.flatMap(({ mistakes, made }) =>
    made.flatMap((text) => {
      const bytes = Buffer.from(text as Uint8Array)
      const key = bytes.toString('latin1')
      if (seen.has(key)) return []
      seen.add(key)
      return [{ mistakes, bytes }]
    }),
  )
}

function spellingsOf(hash: Buffer, mistakes: readonly Mistake[]) {
  const right = [rightSpellings.base64(hash), rightSpellings.hex(hash)]
  // An unhashed text may have been sent unchanged.
  if (mistakes.some(({ id }) => id === 'not-hashed')) right.push(hash.toString('utf8'))
  return [
    { mistakes: [], texts: right },
    ...spellingMistakes.map((mistake) => ({ mistakes: [mistake], texts: mistake.make(hash) })),
  ]
}

/** Hex digits of either case are equal, and operators accept both. */
const plain = (text: string) => (/^[0-9a-f]+$/i.test(text) ? text.toLowerCase() : text)
