import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import type { Site } from './site.ts'

/** A browser without a screen: it keeps cookies, and sends what a same-origin page sends. */
export interface Visitor {
  readonly jar: Map<string, string>
  fetch(path: string, init?: RequestInit): Promise<Response>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  signIn(dii: { email: string } | { phone: string }): Promise<Response>
  choose(advertising: 'granted' | 'denied'): Promise<PublicIdentity>
  identity(): Promise<PublicIdentity>
  ensure(): Promise<PublicIdentity>
  signOut(): Promise<Response>
  /** Another browser with a copy of the cookies. */
  twin(): Visitor
}

export function visitor(site: Pick<Site, 'origin'>, jar = new Map<string, string>()): Visitor {
  const send = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    if (jar.size > 0) headers.set('cookie', cookieOf({ jar }))
    const response = await fetch(`${site.origin}${path}`, { redirect: 'manual', ...init, headers })
    for (const cookie of response.headers.getSetCookie()) keep(jar, cookie)
    // A body that no test reads would keep its connection open, and the site waits for it when it ends.
    const body = await response.arrayBuffer()
    return new Response(body.byteLength > 0 ? body : null, response)
  }
  const post: Visitor['post'] = (path, body, headers = {}) =>
    send(path, {
      method: 'POST',
      headers: {
        origin: site.origin,
        'sec-fetch-site': 'same-origin',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  const json = async (answer: Response | Promise<Response>) => (await (await answer).json()) as PublicIdentity
  return {
    jar,
    fetch: send,
    post,
    async signIn(dii) {
      const csrf = (await (await send('/api/auth/csrf')).json()) as { csrfToken: string }
      const form = new URLSearchParams({ csrfToken: csrf.csrfToken, ...dii, json: 'true' })
      return send('/api/auth/callback/demo', { method: 'POST', body: form })
    },
    choose: (advertising) => json(post('/api/choice', { advertising })),
    identity: () => json(send('/api/identity')),
    ensure: () => json(post('/api/identity')),
    signOut: () => post('/api/sign-out'),
    twin: () => visitor(site, new Map(jar)),
  }
}

/** The Cookie header that it sends. */
export const cookieOf = ({ jar }: Pick<Visitor, 'jar'>): string =>
  [...jar].map((pair) => pair.join('=')).join('; ')

/** Applies one Set-Cookie to a jar. */
export function keep(jar: Map<string, string>, cookie: string): void {
  const [pair = '', ...attributes] = cookie.split(';')
  const at = pair.indexOf('=')
  const name = pair.slice(0, at).trim()
  const value = pair.slice(at + 1)
  const gone = attributes.some((attribute) => {
    const [key = '', text = ''] = attribute.trim().split('=')
    return (
      (key.toLowerCase() === 'max-age' && Number(text) <= 0) ||
      (key.toLowerCase() === 'expires' && Date.parse(text) <= Date.now())
    )
  })
  if (gone || value === '') jar.delete(name)
  else jar.set(name, value)
}

let people = 0
/** An address that no other test of this process uses. */
export const newEmail = (): string => `reader-${people++}@example.com`

/** A signed-in reader without a choice. */
export async function signedIn(site: Pick<Site, 'origin'>, email = newEmail()): Promise<Visitor> {
  const reader = visitor(site)
  await reader.signIn({ email })
  return reader
}

/** A reader who consented, with the token of that answer. */
export async function withToken(
  site: Pick<Site, 'origin'>,
  email?: string,
): Promise<Visitor & { readonly token: string }> {
  const reader = await signedIn(site, email)
  return { ...reader, token: tokenIn(await reader.choose('granted')) }
}

/** The token in an answer. Throws if there is none. */
export function tokenIn(identity: PublicIdentity): string {
  if (identity.status !== 'available') throw new Error(`expected a token: ${JSON.stringify(identity)}`)
  return identity.advertisingToken
}

/** The status that a page shows to the reader. */
export async function statusOn(
  reader: Visitor,
  path: string,
  init?: RequestInit,
): Promise<string | undefined> {
  return /data-uid2-status="([^"]+)"/.exec(await (await reader.fetch(path, init)).text())?.[1]
}

/** Headers of a form that a page of the site sends. */
export const sameOrigin = ({
  origin,
}: Pick<Site, 'origin'>): { origin: string; 'sec-fetch-site': string } => ({
  origin,
  'sec-fetch-site': 'same-origin',
})
