import { Auth0Client } from '@auth0/nextjs-auth0/server'
import { generateSessionCookie } from '@auth0/nextjs-auth0/testing'
import { cookies } from 'next/headers'

const { AUTH0_DOMAIN, AUTH0_SECRET, VENDOR_URL } = process.env

/** The SDK refuses a domain on loopback, so the tenant's address is replaced when it is called. */
const customFetch = (url, init) => fetch(String(url).replace(`https://${AUTH0_DOMAIN}`, VENDOR_URL), init)
const auth0 = new Auth0Client({ customFetch })

export const proxy = (request) => auth0.middleware(request)

/** Its proxy prolongs the session and leaves the access token alone: who needs the token asks for it. */
export async function read(due) {
  if (due) await auth0.getAccessToken()
  const session = await auth0.getSession()
  return session && { email: session.user.email }
}

export async function signIn(email) {
  const body = new URLSearchParams({ grant_type: 'password', username: email })
  const answer = await fetch(`${VENDOR_URL}/oauth/token`, { method: 'POST', body })
  const { access_token, refresh_token, id_token, scope, expires_at } = await answer.json()
  const session = {
    user: { sub: 'auth0|1', email, name: 'Reader' },
    tokenSet: {
      accessToken: access_token,
      refreshToken: refresh_token,
      idToken: id_token,
      scope,
      expiresAt: expires_at,
    },
  }
  const jar = await cookies()
  jar.set('__session', await generateSessionCookie(session, { secret: AUTH0_SECRET }))
}
