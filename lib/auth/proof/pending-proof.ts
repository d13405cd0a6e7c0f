import 'server-only'
import { decode, encode } from 'next-auth/jwt'
import { z } from 'zod'
import { env } from '../../env/server'
import type { Dii } from '../../identity/types'
import type { CookieReader } from '../../shared/cookie-reader'
import { cookieName } from '../cookie-names'
import { diiShape } from '../read-dii'
import { hasEnded } from '../session'

/** A proof that a browser asked for and has not brought yet. */
export interface Pending {
  /** Of the secret that was sent. */
  id: string
  dii: Dii
  /** Path of this site to go to afterwards. */
  next: string
}

const shape = z.object({
  id: z.string(),
  dii: diiShape,
  next: z.string(),
  exp: z.number(),
})

/** How long a link or code is good for, and so how long the address waits in the browser, seconds. */
export const proofSeconds = 15 * 60

// Another key than the session's, so that neither can be taken for the other.
const salt = 'sign-in-pending'

export const pendingCookieAttributes = (maxAge: number) => ({
  httpOnly: true,
  // A link in a mail is followed from another site: a strict cookie would not come along.
  sameSite: 'lax' as const,
  secure: env().secureCookies,
  path: '/',
  maxAge,
})

/** The address or number waits here, sealed, in the browser that asked, and nowhere else. */
export const sealPendingProof = ({ id, dii, next }: Pending): Promise<string> =>
  encode({ token: { id, dii, next }, secret: env().nextAuthSecret, maxAge: proofSeconds, salt })

/** What this browser is waiting for; null for none, for one that is over, and for whatever cannot be read. */
export async function readPendingProof(cookies: CookieReader): Promise<Pending | null> {
  const token = cookies.get(cookieName('pending'))?.value
  if (!token) return null
  try {
    const pending = shape.parse(await decode({ token, secret: env().nextAuthSecret, salt }))
    return hasEnded(pending) ? null : pending
  } catch {
    return null
  }
}
