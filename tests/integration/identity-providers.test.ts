import { decode } from 'next-auth/jwt'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { apple, facebook, google } from '../support/claim-shapes.ts'
import {
  type CallbackRequest,
  type IdentityProviders,
  type StandInId,
  startIdentityProviders,
} from '../support/identity-providers.ts'
import { beginSignIn, leadsTo } from '../support/provider-visitor.ts'
import { raw } from '../support/raw.ts'
import { keep, type Visitor, visitor } from '../support/reader.ts'
import { freePort, type Site, startSite } from '../support/site.ts'

const secret = 'the-secret-of-this-site'.padEnd(32, '.')
const sessionCookie = '__Host-lantern-session'
const ids = ['google', 'apple', 'facebook'] as const
const accounts = { google: google.gmail, apple: apple.shared, facebook: facebook.shared }
let providers: IdentityProviders
let site: Site
/** What the world calls the site: it listens on plain http behind whatever ends TLS. */
let origin: string

beforeAll(async () => {
  providers = await startIdentityProviders()
  const port = await freePort()
  origin = `https://localhost:${port}`
  site = await startSite({
    port,
    env: { ...providers.env, NEXTAUTH_URL: origin, NEXTAUTH_SECRET: secret, TRUST_PROXY_HOPS: '1' },
  })
})
afterAll(async () => {
  await site.stop()
  await providers.close()
})
beforeEach(() => {
  providers.refusals.length = 0
})

let visitors = 0

/** A visitor who remembers how each cookie was set. */
function browser(): Visitor & { lastSet: Map<string, string> } {
  const lastSet = new Map<string, string>()
  const reader = visitor(site)
  // Each at an address of its own: attempts are limited by address.
  const from = `198.51.100.${++visitors}`
  const fetch: Visitor['fetch'] = async (path, init) => {
    const headers = new Headers(init?.headers)
    headers.set('x-forwarded-for', from)
    const answer = await reader.fetch(path, { ...init, headers })
    for (const cookie of answer.headers.getSetCookie()) lastSet.set(cookie.split('=')[0] ?? '', cookie)
    return answer
  }
  return { ...reader, fetch, lastSet }
}
type Browser = ReturnType<typeof browser>

const attributesOf = (cookie: string | undefined) => cookie?.toLowerCase().split('; ').slice(1)

/** Comes back from a provider, whose form reaches the site with those cookies alone that cross sites. */
async function comeBack(reader: Browser, { method, path, parameters }: CallbackRequest): Promise<Response> {
  if (method === 'GET') return reader.fetch(`${path}?${parameters}`)
  const crossing = [...reader.jar].filter(([name]) => /; samesite=none/i.test(reader.lastSet.get(name) ?? ''))
  const cookie = crossing.map((pair) => pair.join('=')).join('; ')
  const headers = { cookie, origin: 'https://appleid.apple.com', 'sec-fetch-site': 'cross-site' }
  const answer = await fetch(`${site.origin}${path}`, {
    method,
    headers,
    body: parameters,
    redirect: 'manual',
  })
  for (const text of answer.headers.getSetCookie()) keep(reader.jar, text)
  return answer
}

const begin = async (reader: Visitor, id: StandInId, callbackUrl?: string) =>
  leadsTo(await beginSignIn(reader, id, callbackUrl))

async function signedInAs(reader: Visitor): Promise<unknown> {
  const token = reader.jar.get(sessionCookie)
  return token === undefined ? undefined : (await decode({ token, secret }))?.sub
}

/** No session, no server error, and back to a page of this site. */
async function refused(reader: Visitor, answer: Response) {
  expect(answer.status).toBe(302)
  expect(new URL(answer.headers.get('location') ?? '').origin).toBe(origin)
  expect(reader.jar.has(sessionCookie)).toBe(false)
}

const random = expect.stringMatching(/^[\w-]{43}$/)
const request = (id: StandInId) => ({
  response_type: 'code',
  redirect_uri: `${origin}/api/auth/callback/${id}`,
  state: random,
})
const asked: Record<StandInId, { at: string; parameters: object }> = {
  google: {
    at: 'https://accounts.google.com/o/oauth2/v2/auth',
    parameters: {
      client_id: '1234987819200.apps.googleusercontent.com',
      scope: 'openid email',
      nonce: random,
      code_challenge: random,
      code_challenge_method: 'S256',
    },
  },
  apple: {
    at: 'https://appleid.apple.com/auth/authorize',
    parameters: {
      client_id: 'com.example.lantern',
      scope: 'email',
      nonce: random,
      response_mode: 'form_post',
    },
  },
  facebook: {
    at: 'https://www.facebook.com/v25.0/dialog/oauth',
    parameters: { client_id: '1234567890123456', scope: 'email' },
  },
}

describe.each(ids)('sign-in by %s', (id) => {
  it('asks for an address and nothing else, and to be led back to this site', async () => {
    const url = await begin(browser(), id)
    expect(`${url.origin}${url.pathname}`).toBe(asked[id].at)
    expect(Object.fromEntries(url.searchParams)).toEqual({ ...request(id), ...asked[id].parameters })
  })

  it('N18: wherever the request says that it came to', async () => {
    const reader = browser()
    await reader.fetch('/api/auth/csrf')
    const csrfToken = reader.jar.get('__Host-lantern-csrf')?.split(/%7C|\|/)[0] ?? ''
    const answer = await raw(site, `/api/auth/signin/${id}`, {
      method: 'POST',
      headers: {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'http',
        cookie: [...reader.jar].map((pair) => pair.join('=')).join('; '),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ csrfToken, json: 'true' }).toString(),
    })
    const url = new URL((JSON.parse(answer.text) as { url: string }).url)
    expect(url.searchParams.get('redirect_uri')).toBe(`${origin}/api/auth/callback/${id}`)
    expect(JSON.stringify(answer.headers)).not.toContain('evil')
  })

  it('ends in a session, and where it began', async () => {
    const reader = browser()
    const back = providers.authorize(await begin(reader, id, '/live/what-lighthouses-measured'), accounts[id])
    const answer = await comeBack(reader, back)
    expect(providers.refusals).toEqual([])
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBe(`${origin}/live/what-lighthouses-measured`)
    expect(await signedInAs(reader)).toMatch(new RegExp(`^${id}:[\\w-]{22}$`))
    const set = answer.headers.getSetCookie().find((cookie) => cookie.startsWith(`${sessionCookie}=`))
    expect(attributesOf(set)).toEqual(
      expect.arrayContaining(['httponly', 'secure', 'samesite=lax', 'path=/']),
    )
  })

  it('ends where it began, also after a try with another provider', async () => {
    const reader = browser()
    const other = id === 'google' ? 'facebook' : 'google'
    await begin(reader, other, '/privacy')
    const answer = await comeBack(
      reader,
      providers.authorize(await begin(reader, id, '/privacy'), accounts[id]),
    )
    expect(answer.headers.get('location')).toBe(`${origin}/privacy`)
  })

  it('with another state, none, or that of another provider does not sign in', async () => {
    const changes: ((parameters: URLSearchParams) => void)[] = [
      (parameters) => parameters.set('state', 'x'.repeat(43)),
      (parameters) => parameters.delete('state'),
    ]
    for (const change of changes) {
      const reader = browser()
      const back = providers.authorize(await begin(reader, id), accounts[id])
      change(back.parameters)
      await refused(reader, await comeBack(reader, back))
    }
    const reader = browser()
    const back = providers.authorize(await begin(reader, id), accounts[id])
    const another = await begin(reader, id === 'google' ? 'facebook' : 'google')
    back.parameters.set('state', another.searchParams.get('state') ?? '')
    await refused(reader, await comeBack(reader, back))
  })

  it('in another browser than it began in does not sign in', async () => {
    const back = providers.authorize(await begin(browser(), id), accounts[id])
    const stranger = browser()
    await refused(stranger, await comeBack(stranger, back))
    await begin(stranger, id)
    await refused(stranger, await comeBack(stranger, back))
  })

  it('with a code that was used, or that another provider gave, does not sign in', async () => {
    const reader = browser()
    const back = providers.authorize(await begin(reader, id), accounts[id])
    const cookies = new Map(reader.jar)
    await comeBack(reader, back)
    reader.jar.clear()
    for (const [name, value] of cookies) reader.jar.set(name, value)
    await refused(reader, await comeBack(reader, back))

    const other = id === 'google' ? 'facebook' : 'google'
    const foreign = providers.authorize(await begin(browser(), other), accounts[other])
    const mixed = browser()
    const ours = providers.authorize(await begin(mixed, id), accounts[id])
    ours.parameters.set('code', foreign.parameters.get('code') ?? '')
    await refused(mixed, await comeBack(mixed, ours))
    expect(providers.refusals).toEqual([`${id}: code`, `${id}: code`])
  })

  it('that the reader cancels does not sign in', async () => {
    const reader = browser()
    const back = providers.authorize(await begin(reader, id), accounts[id])
    back.parameters.delete('code')
    back.parameters.set('error', id === 'apple' ? 'user_cancelled_authorize' : 'access_denied')
    await refused(reader, await comeBack(reader, back))
  })

  it('A1: with an access token instead of a code does not sign in, whichever client it was issued to', async () => {
    const reader = browser()
    const back = providers.authorize(await begin(reader, id), accounts[id])
    back.parameters.delete('code')
    back.parameters.set('access_token', providers.tokenOfAnotherApp(accounts[id]))
    back.parameters.set('token_type', 'Bearer')
    await refused(reader, await comeBack(reader, back))
  })
})

describe('the nonce', () => {
  it.each(['google', 'apple'] as const)('of another sign-in by %s does not sign in', async (id) => {
    const reader = browser()
    const back = providers.authorize(await begin(reader, id), accounts[id], { nonce: 'x'.repeat(43) })
    await refused(reader, await comeBack(reader, back))
    expect(providers.refusals).toEqual([])
  })
})

describe('the cookies of a sign-in', () => {
  const attributes = (reader: Browser, name: string) =>
    attributesOf(reader.lastSet.get(`__Host-lantern-${name}`))
  const guarded = (sameSite: string) =>
    expect.arrayContaining(['path=/', 'httponly', 'secure', `samesite=${sameSite}`])

  it('A5: cross sites for Apple, whose answer is a form of its own site’s', async () => {
    const reader = browser()
    await begin(reader, 'apple')
    for (const name of ['state', 'nonce', 'callback-url'])
      expect(attributes(reader, name), name).toEqual(guarded('none'))
    expect([...reader.jar.keys()]).not.toContain('__Host-lantern-pkce')
  })

  it('do not for the others, which return by a link; only the callback URL does, which is no secret', async () => {
    const reader = browser()
    await begin(reader, 'google')
    for (const name of ['state', 'nonce', 'pkce'])
      expect(attributes(reader, name), name).toEqual(guarded('lax'))
    expect(attributes(reader, 'callback-url')).toContain('samesite=none')
  })

  it('last a quarter of an hour', async () => {
    const reader = browser()
    await begin(reader, 'apple')
    for (const name of ['state', 'nonce']) expect(attributes(reader, name)).toContain('max-age=900')
  })
})

describe('a provider that stops in the middle of an answer', () => {
  it('A7: blocks no reader: they are back on the sign-in page, and the site goes on', async () => {
    const reader = browser()
    const back = providers.authorize(await begin(reader, 'google'), accounts.google)
    providers.hang(true)
    const answer = await comeBack(reader, back)
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(`${origin}/sign-in?error=OAuthCallback`)
    expect(reader.jar.has(sessionCookie)).toBe(false)
    providers.hang(false)
    const again = providers.authorize(await begin(reader, 'google'), accounts.google)
    await comeBack(reader, again)
    expect(await signedInAs(reader)).toMatch(/^google:/)
  })
})
