import 'server-only'
import { sealData, unsealData } from 'iron-session'
import { type NextProxy, type NextRequest, NextResponse } from 'next/server'
import { type Identity, isRefreshable, parseIdentity } from '../uid2'
import type { Product } from './public-identity'
import { createSingleFlight, processWide } from './single-flight'
import type { IdentityEvent, IdentityOptions } from './types'

/** The identity as the operator sent it, bound to one consent, in one session of one account. */
export interface SealedIdentity {
  sub: string
  sid: string
  consentId: number
  identity: Identity
}

/** What a response does with the cookie. `sessionEnds`: Unix ms. */
export type CookieAction = 'keep' | 'clear' | { set: SealedIdentity; sessionEnds: number }

/** `needsReseal`: it was opened by a previous password. */
type OpenedIdentity = SealedIdentity & { needsReseal: boolean }

interface Jar {
  set(name: string, value: string, attributes: ReturnType<typeof attributesOf>): unknown
}

/** In characters. Browsers drop a larger cookie silently. */
const largestValue = 3800

/** For every response that depends on a reader's cookies, or sets one: no cache may keep it. */
export const noStoreHeaders = {
  'Cache-Control': 'private, no-store',
  'CDN-Cache-Control': 'no-store',
  Vary: 'Cookie',
}

export function setNoStore<T extends Response>(response: T): T {
  for (const [header, text] of Object.entries(noStoreHeaders))
    response.headers[header === 'Vary' ? 'append' : 'set'](header, text)
  return response
}

type Next = (request: NextRequest) => ReturnType<NextProxy>

/** With headers that can be changed, which those of `Response.redirect` cannot. */
const toNextResponse = (response: Awaited<ReturnType<Next>>): NextResponse =>
  response ? new NextResponse(response.body, response) : NextResponse.next()

export type IdentityCookie = ReturnType<typeof createIdentityCookie>

export function createIdentityCookie(
  { name, secure, passwords }: IdentityOptions['cookie'],
  product: Product,
  { emit, now }: { emit: (event: IdentityEvent) => void; now: () => number },
) {
  async function sealedValue({ set, sessionEnds }: Exclude<CookieAction, string>): Promise<[string, number]> {
    const ttl = Math.floor((Math.min(set.identity.refresh_expires, sessionEnds) - now()) / 1000)
    if (ttl <= 0) return ['', 0]
    const content = { ...set, product, identity: pickIdentityFields(set.identity) }
    const seal = () => sealData(content, { password: passwords[0], ttl })
    const value = await sealings.start(keyOf(JSON.stringify([content, sessionEnds])), seal).promise
    // The reader's next request brings it.
    openings.start(keyOf(value), async () => ({ ...set, identity: content.identity, needsReseal: false }))
    if (value.length <= largestValue) return [value, ttl]
    emit({ type: 'cookie_too_large', size: value.length })
    return ['', 0]
  }

  // For a minute: the proxy, the page and the next requests open the same one, and parallel ones seal the same.
  const openings = processWide(`opened ${product} ${name}`, () =>
    createSingleFlight<OpenedIdentity | string>((opened) => (typeof opened === 'string' ? 0 : 60_000)),
  )
  const sealings = processWide(`sealed ${product} ${name}`, () => createSingleFlight<string>(() => 60_000))
  const keyOf = (value: string) => `${passwords.join('\n')}\n${value}`

  /** Opens a sealed value; null, with an event, for whatever holds no identity of this product. */
  async function open(value: string): Promise<OpenedIdentity | null> {
    const opened = await openings.start(keyOf(value), () => unseal(value)).promise
    if (typeof opened !== 'string') return isRefreshable(opened.identity, now()) ? opened : null
    emit({ type: 'cookie_rejected', reason: opened })
    return null
  }

  /** The content, or why there is none. */
  async function unseal(value: string): Promise<OpenedIdentity | string> {
    let reason = 'invalid'
    const onUnsealError = (why: string): void => {
      reason = why
    }
    for (const [index, password] of passwords.entries()) {
      const content = await unsealData<Record<string, unknown>>(value, { password, onUnsealError })
      if (Object.keys(content).length === 0) continue
      const sealed = content.product === product ? readContent(content) : null
      if (sealed) return { ...sealed, needsReseal: index > 0 }
      return content.product === product ? 'shape' : 'product'
    }
    return reason
  }

  /** For route handlers: on a response's `cookies`, or on those of `cookies()`. */
  async function write(jar: Jar, action: CookieAction): Promise<void> {
    if (action === 'keep') return
    const [value, ttl] = action === 'clear' ? ['', 0] : await sealedValue(action)
    jar.set(name, value, attributesOf(secure, ttl))
  }

  /**
   * The proxy's response: the request goes on with the new cookie, which `next`, pages and handlers then read. `next`:
   * what a publisher's own proxy makes of it.
   */
  async function forward(request: NextRequest, action: CookieAction, next: Next): Promise<NextResponse> {
    if (action === 'keep') return toNextResponse(await next(request))
    const [value, ttl] = action === 'clear' ? ['', 0] : await sealedValue(action)
    const { headers } = request
    const cookies = replaceCookie(headers.get('cookie'), name, value)
    // For `request.cookies`. It writes the header anew, in which a consent cookie that cannot be read would be gone.
    if (value === '') request.cookies.delete(name)
    else request.cookies.set(name, value)
    if (cookies === '') headers.delete('cookie')
    else headers.set('cookie', cookies)
    // With these Next would answer 304, and a cache would add the cookie to the page that it keeps.
    headers.delete('if-none-match')
    headers.delete('if-modified-since')
    const response = setNoStore(toNextResponse(await next(request)))
    const passes = response.headers.has('x-middleware-next') || response.headers.has('x-middleware-rewrite')
    // A proxy that passes its own request headers copied them from these, so they have the new cookie.
    if (passes && !response.headers.has('x-middleware-override-headers'))
      for (const [header, text] of NextResponse.next({ request: { headers } }).headers)
        if (header !== 'x-middleware-next') response.headers.set(header, text)
    const othersToo = response.headers.has('x-middleware-set-cookie')
    response.cookies.set(name, value, attributesOf(secure, ttl))
    // Next would do the same once more, for a cookie that is on the request already.
    if (!othersToo) response.headers.delete('x-middleware-set-cookie')
    return response
  }

  return { name, open, write, forward }
}

/** A `Cookie` header with one cookie replaced, and every other byte for byte. An empty value: without it. */
export function replaceCookie(header: string | null, name: string, value: string): string {
  const pairs = (header ?? '').split(';').flatMap((pair) => pair.trim() || [])
  const others = pairs.filter((pair) => pair.split('=', 1)[0] !== name)
  return [...others, ...(value === '' ? [] : [`${name}=${encodeURIComponent(value)}`])].join('; ')
}

/** One set for writing and for deleting: a deletion with other attributes is ignored. */
const attributesOf = (secure: boolean, maxAge: number) =>
  ({ httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge }) as const

function readContent({ sub, sid, consentId, identity }: Record<string, unknown>): SealedIdentity | null {
  if (typeof sub !== 'string' || typeof sid !== 'string' || typeof consentId !== 'number') return null
  try {
    return { sub, sid, consentId, identity: parseIdentity(identity) }
  } catch {
    return null
  }
}

/** Fields that an operator adds one day have no place in a cookie or in a browser. */
export const pickIdentityFields = (identity: Identity): Identity => ({
  advertising_token: identity.advertising_token,
  refresh_token: identity.refresh_token,
  identity_expires: identity.identity_expires,
  refresh_from: identity.refresh_from,
  refresh_expires: identity.refresh_expires,
  refresh_response_key: identity.refresh_response_key,
})
