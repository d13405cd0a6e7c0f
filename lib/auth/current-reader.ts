import 'server-only'
import { cookies } from 'next/headers'
import { type Dii, maskDii } from './dii.ts'
import { type CookieReader, readClaims } from './session.ts'

/** Who is signed in. The only thing that the rest of the site knows of the sign-in. */
export interface Reader {
  /** `<provider>:<keyed hash of the provider's subject>`. */
  sub: string
  /** Random for each sign-in. */
  sid: string
  dii: Dii | null
  maskedName: string
  /** Unix ms at which the session ends. */
  sessionEnds: number
}

/**
 * The reader whose session cookie this request carries, or null. Whether that session was signed out of
 * is known to the store, so ask `lib/identity`'s reader where it matters.
 */
export async function currentReader(jar?: CookieReader): Promise<Reader | null> {
  const claims = await readClaims(jar ?? (await cookies()))
  if (claims === null) return null
  const { sub, sid, dii, exp } = claims
  return { sub, sid, dii, maskedName: dii === null ? 'reader' : maskDii(dii), sessionEnds: exp * 1000 }
}
