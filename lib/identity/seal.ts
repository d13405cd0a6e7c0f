import 'server-only'
import { sealData, unsealData } from 'iron-session'
import { z } from 'zod'
import { env } from '../env/server.ts'
import { logEvent } from '../observe/log.ts'
import type { Product } from '../shared/products.ts'
import { type Identity, parseIdentity } from '../uid2/index.ts'

/** What the cookie holds: the identity as the operator sent it, bound to one sign-in of one reader. */
export interface SealedIdentity {
  /** Two sites that share their secrets may be of two products: an identity of one is none of the other. */
  product: Product
  sub: string
  sid: string
  /** Id of the yes that it was made under: after a no it is void, whatever the reader says later. */
  consent: number
  identity: Identity
}

const shape = z.object({
  product: z.enum(['uid2', 'euid']),
  sub: z.string(),
  sid: z.string(),
  consent: z.number(),
  identity: z.unknown(),
})

/** `seconds`: life of the seal itself, as that of its cookie. */
export const seal = (content: Omit<SealedIdentity, 'product'>, seconds: number): Promise<string> =>
  sealData({ ...content, product: env().product }, { password: env().sessionPasswords[0], ttl: seconds })

/**
 * Opens a seal with the current password, then with each previous one; `retired` asks for a new seal.
 * Whatever does not open, or does not hold an identity, is null: counted by reason, never an error.
 */
export async function unseal(value: string): Promise<(SealedIdentity & { retired: boolean }) | null> {
  let reason = 'invalid'
  for (const [index, password] of env().sessionPasswords.entries()) {
    const opened = await unsealData<Record<string, unknown>>(value, {
      password,
      onUnsealError: (why) => {
        reason = why
      },
    })
    const parsed = shape.safeParse(opened)
    if (!parsed.success) continue
    if (parsed.data.product !== env().product) {
      reason = 'product'
      continue
    }
    try {
      return { ...parsed.data, identity: parseIdentity(parsed.data.identity), retired: index > 0 }
    } catch {
      reason = 'shape'
    }
  }
  logEvent('info', 'identity_not_opened', { code: reason })
  return null
}
