import { beforeEach, describe, expect, it } from 'vitest'
import { apple, facebook, google } from '../support/claim-shapes.ts'
import { type Browser, browsersOf, session } from '../support/https-browsers.ts'
import type { CallbackRequest, StandInId } from '../support/identity-providers.ts'
import { beginSignIn, leadsTo } from '../support/provider-visitor.ts'
import { livePage } from '../support/publication.ts'
import { raw } from '../support/raw.ts'
import { cookieOf, keep, type Visitor } from '../support/reader.ts'
import { siteOnHttps } from '../support/shared-site.ts'

const { site, origin, providers } = await siteOnHttps()
const { browser, subjectOf, expectRefused } = browsersOf({ site, origin })
const ids = ['google', 'apple', 'facebook'] as const
const accounts = { google: google.gmail, apple: apple.shared, facebook: facebook.shared }
const otherThan = (id: StandInId) => (id === 'google' ? 'facebook' : 'google')
const random = expect.stringMatching(/^[\w-]{43}$/)

const begin = async (reader: Visitor, id: StandInId, callbackUrl?: string) =>
  leadsTo(await beginSignIn(reader, id, callbackUrl))

/** Returns from a provider. A form reaches the site with only those cookies that cross sites. */
async function comeBack(reader: Browser, { method, path, parameters }: CallbackRequest): Promise<Response> {
  if (method === 'GET') return reader.fetch(`${path}?${parameters}`)
  const crossing = [...reader.jar].filter(([name]) => /; samesite=none/i.test(reader.lastSet.get(name) ?? ''))
  const headers = {
    cookie: cookieOf({ jar: new Map(crossing) }),
    origin: 'https://appleid.apple.com',
    'sec-fetch-site': 'cross-site',
  }
  const init = { method, headers, body: parameters, redirect: 'manual' } as const
  const answer = await fetch(`${site.origin}${path}`, init)
  for (const text of answer.headers.getSetCookie()) keep(reader.jar, text)
  return answer
}

/** Begun before the other tests, because it waits for the site's time limit of 10 s. */
const stopped = (async () => {
  const reader = browser()
  const back = providers.authorize(await begin(reader, 'google'), accounts.google, { stops: true })
  return { reader, answer: await comeBack(reader, back) }
})()

const requested: Record<StandInId, { at: string; parameters: object }> = {
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
  beforeEach(() => {
    providers.refusals.length = 0
  })

  it('requests an address and nothing else, and the way back to this site, whatever the Host says (N18)', async () => {
    const reader = browser()
    await reader.fetch('/api/auth/csrf')
    const csrfToken = reader.jar.get('__Host-lantern-csrf')?.split(/%7C|\|/)[0] ?? ''
    const forged = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await raw(site, `/api/auth/signin/${id}`, {
      method: 'POST',
      headers: { ...forged, ...type, cookie: cookieOf(reader) },
      body: new URLSearchParams({ csrfToken, json: 'true' }).toString(),
    })
    const url = new URL(JSON.parse(answer.text).url)
    expect(`${url.origin}${url.pathname}`).toBe(requested[id].at)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      redirect_uri: `${origin}/api/auth/callback/${id}`,
      state: random,
      ...requested[id].parameters,
    })
    expect(JSON.stringify(answer.headers)).not.toContain('evil')
  })

  it('ends in a session, and where it began, also after an attempt with another provider', async () => {
    const reader = browser()
    await begin(reader, otherThan(id), '/privacy')
    const url = await begin(reader, id, livePage)
    const answer = await comeBack(reader, providers.authorize(url, accounts[id]))
    expect(providers.refusals).toEqual([])
    expect(answer.status).toBe(302)
    expect(answer.headers.get('location')).toBe(`${origin}${livePage}`)
    expect(await subjectOf(reader)).toMatch(new RegExp(`^${id}:[\\w-]{22}$`))
    const set = answer.headers.getSetCookie().find((cookie) => cookie.startsWith(`${session}=`))
    expect(set?.toLowerCase().split('; ')).toEqual(
      expect.arrayContaining(['httponly', 'secure', 'samesite=lax', 'path=/']),
    )
  })

  it.each<[string, (parameters: URLSearchParams) => void]>([
    ['another state', (parameters) => parameters.set('state', 'x'.repeat(43))],
    ['no state', (parameters) => parameters.delete('state')],
    [
      'an error instead of a code, because the reader cancelled',
      (parameters) => {
        parameters.delete('code')
        parameters.set('error', id === 'apple' ? 'user_cancelled_authorize' : 'access_denied')
      },
    ],
    [
      'an access token instead of a code, whichever client it was issued to (A1)',
      (parameters) => {
        parameters.delete('code')
        parameters.set('access_token', providers.tokenOfAnotherApp(accounts[id]))
        parameters.set('token_type', 'Bearer')
      },
    ],
  ])('with %s does not sign in', async (_, change) => {
    const reader = browser()
    const back = providers.authorize(await begin(reader, id), accounts[id])
    change(back.parameters)
    await expectRefused(reader, await comeBack(reader, back))
  })

  it('in another browser than it began in does not sign in', async () => {
    const back = providers.authorize(await begin(browser(), id), accounts[id])
    const stranger = browser()
    await expectRefused(stranger, await comeBack(stranger, back))
    await begin(stranger, id)
    await expectRefused(stranger, await comeBack(stranger, back))
  })

  it('with a code that was used, or that another provider issued, does not sign in', async () => {
    const reader = browser()
    const back = providers.authorize(await begin(reader, id), accounts[id])
    const cookies = new Map(reader.jar)
    await comeBack(reader, back)
    reader.jar.clear()
    for (const [name, value] of cookies) reader.jar.set(name, value)
    await expectRefused(reader, await comeBack(reader, back))

    const other = otherThan(id)
    const foreign = providers.authorize(await begin(browser(), other), accounts[other])
    const mixed = browser()
    const ours = providers.authorize(await begin(mixed, id), accounts[id])
    ours.parameters.set('code', foreign.parameters.get('code') ?? '')
    await expectRefused(mixed, await comeBack(mixed, ours))
    expect(providers.refusals).toEqual([`${id}: code`, `${id}: code`])
  })
})

it.each(['google', 'apple'] as const)('an answer of %s with another nonce does not sign in', async (id) => {
  const reader = browser()
  const back = providers.authorize(await begin(reader, id), accounts[id], { nonce: 'x'.repeat(43) })
  await expectRefused(reader, await comeBack(reader, back))
})

describe('the cookies of a sign-in', () => {
  const attributes = ({ lastSet }: Browser, name: string) =>
    lastSet.get(`__Host-lantern-${name}`)?.toLowerCase().split('; ').slice(1)
  const guarded = (sameSite: string) =>
    expect.arrayContaining(['path=/', 'httponly', 'secure', `samesite=${sameSite}`])

  it('cross sites for Apple, whose answer is a form of its own site; they last a quarter of an hour (A5)', async () => {
    const reader = browser()
    await begin(reader, 'apple')
    for (const name of ['state', 'nonce', 'callback-url'])
      expect(attributes(reader, name), name).toEqual(guarded('none'))
    for (const name of ['state', 'nonce']) expect(attributes(reader, name)).toContain('max-age=900')
    expect([...reader.jar.keys()]).not.toContain('__Host-lantern-pkce')
  })

  it('do not cross for the others; only the callback URL does, which is no secret', async () => {
    const reader = browser()
    await begin(reader, 'google')
    for (const name of ['state', 'nonce', 'pkce'])
      expect(attributes(reader, name), name).toEqual(guarded('lax'))
    expect(attributes(reader, 'callback-url')).toContain('samesite=none')
  })
})

it('a provider that stops in the middle of an answer costs the reader that sign-in only (A7)', async () => {
  const { reader, answer } = await stopped
  expect([answer.status, answer.headers.get('location')]).toEqual([
    303,
    `${origin}/sign-in?error=OAuthCallback`,
  ])
  expect(reader.jar.has(session)).toBe(false)
  await comeBack(reader, providers.authorize(await begin(reader, 'google'), accounts.google))
  expect(await subjectOf(reader)).toMatch(/^google:/)
})
