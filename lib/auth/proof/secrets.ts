import 'server-only'
import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { env } from '../../env/env'
import { withSecrets } from './secret-store'

/** The result of checking a secret. `over`: used, expired, or tried too often. */
export type Attempt = 'right' | 'wrong' | 'over'

/** A new secret: 256 bits for a link, six digits for a person to type. */
const newSecret = (kind: 'email' | 'phone'): string =>
  kind === 'email' ? randomBytes(32).toString('base64url') : String(randomInt(1_000_000)).padStart(6, '0')

/**
 * Accepts codes as people and programs write them: `123 456`, `123-456`, wide digits. A link's secret has no
 * spaces, and its hyphens count.
 */
const normalizeCode = (typed: string): string => {
  const text = typed.normalize('NFKC').replace(/\s/g, '')
  return /^[\d-]+$/.test(text) ? text.replaceAll('-', '') : text
}

/** Only this is stored of a secret. Without the key, six digits could be guessed offline. */
const hmacOf = (id: string, secret: string): string =>
  createHmac('sha256', env().nextAuthSecret).update(`sign-in:${id}:${secret}`).digest('base64url')

/** Creates a single-use secret that is valid until `expires`, Unix ms. */
export async function createSecret(
  kind: 'email' | 'phone',
  expires: number,
): Promise<{ id: string; secret: string }> {
  const id = randomBytes(16).toString('base64url')
  const secret = newSecret(kind)
  await withSecrets((secrets) => secrets.put(id, hmacOf(id, secret), expires))
  return { id, secret }
}

/** Checks a secret and uses it up. Of parallel correct attempts, only one is `right`. */
export async function checkSecret(id: string, secret: string): Promise<Attempt> {
  const stored = await withSecrets((secrets) => secrets.attempt(id))
  if (stored === null) return 'over'
  const [a, b] = [Buffer.from(stored), Buffer.from(hmacOf(id, normalizeCode(secret)))]
  if (a.length !== b.length || !timingSafeEqual(a, b)) return 'wrong'
  return (await withSecrets((secrets) => secrets.take(id))) ? 'right' : 'over'
}
