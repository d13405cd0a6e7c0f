import 'server-only'
import { decode } from 'next-auth/jwt'
import type { Reader, RequestLike } from '@/lib/identity/types'
import { isHttps, variable } from './environment'

declare module 'next-auth/jwt' {
  interface JWT {
    /** The session's id, from the sign-in: app/api/auth/[...nextauth]/route.ts. */
    sid: string
    /** Unix s. */
    exp: number
  }
}

/** Who is signed in, from next-auth's cookie. Null: nobody, or the cookie cannot be read. */
export async function currentReader({ cookies }: RequestLike): Promise<Reader | null> {
  const token = cookies.get(`${isHttps() ? '__Secure-' : ''}next-auth.session-token`)?.value
  const session = await decode({ token, secret: variable('NEXTAUTH_SECRET') }).catch(() => null)
  if (!session?.sub || !session.email) return null
  return {
    sub: session.sub,
    sid: session.sid,
    dii: { kind: 'email', value: session.email },
    sessionEnds: session.exp * 1000,
  }
}
