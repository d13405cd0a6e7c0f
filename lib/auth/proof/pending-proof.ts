import 'server-only'
import { decode, encode } from 'next-auth/jwt'
import { z } from 'zod'
import { env } from '../../env/env'
import type { Dii, RequestLike } from '../../identity/types'
import { cookieName } from '../cookie-names'
import { diiShape } from '../read-dii'
import { hasEnded } from '../session'

/** A proof that a browser asked for and has not completed. */
export interface PendingProof {
  /** The id of the secret that was sent. */
  id: string
  dii: Dii
  /** Path on this site to go to afterwards. */
  next: string
}

const shape = z.object({
  id: z.string(),
  dii: diiShape,
  next: z.string(),
  exp: z.number(),
})

/** How long a link or code is valid, and the address is kept in the browser, seconds. */
export const proofSeconds = 15 * 60

// Another key than the session's, so that one cannot be used as the other.
const salt = 'sign-in-pending'

export const pendingCookieAttributes = (maxAge: number) => ({
  httpOnly: true,
  // A link in a mail is a cross-site navigation: a strict cookie would not be sent.
  sameSite: 'lax' as const,
  secure: env().secureCookies,
  path: '/',
  maxAge,
})

/** Seals the address or number for the browser that asked. It is stored nowhere else. */
export const sealPendingProof = ({ id, dii, next }: PendingProof): Promise<string> =>
  encode({ token: { id, dii, next }, secret: env().nextAuthSecret, maxAge: proofSeconds, salt })

/** The proof that this browser asked for. Null for none, for an expired one, and for anything unreadable. */
export async function readPendingProof(cookies: RequestLike['cookies']): Promise<PendingProof | null> {
  const token = cookies.get(cookieName('pending'))?.value
  if (!token) return null
  try {
    const pending = shape.parse(await decode({ token, secret: env().nextAuthSecret, salt }))
    return hasEnded(pending) ? null : pending
  } catch {
    return null
  }
}
