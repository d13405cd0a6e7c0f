/** The platform's protected store (Keychain, Keystore): one value, which is the session. */
export interface ProtectedStore {
  load(): Promise<string | null>
  save(cookies: string | null): Promise<void>
}

export interface AppOptions {
  /** Of the site. */
  origin: string
  store: ProtectedStore
  /** Monotonic, in ms, also counting sleep: the wall clock may be wrong. */
  clock: () => number
}

/** docs/http.md has every status. Times are the server's: use only their differences to `now`. */
export interface Identity {
  status: string
  now: number
  reason?: string
  advertisingToken?: string
  identityExpires?: number
  refreshFrom?: number
  source?: string
}

/** Keep it in memory only. Times are of the app's own clock. */
export interface IdentityState {
  status: string
  reason: string | undefined
  token: { value: string; source: string; endsAt: number } | null
  /** When to call `update` next; null: not before the reader acts. */
  callAt: number | null
}

/** The site refused. `problem` says why a sign-in failed, `retryAfter` how many seconds to wait. */
export class RefusedError extends Error {
  override name = 'RefusedError'
  readonly status: number
  readonly problem: string | undefined
  readonly retryAfter: number | undefined

  constructor(status: number, problem: string | undefined, retryAfter: string | null) {
    super(`The site answered ${status}`)
    this.status = status
    this.problem = problem
    this.retryAfter = retryAfter === null ? undefined : Number(retryAfter)
  }
}

/** A session with the site, for an app without a browser. */
export function createAppSession({ origin, store, clock }: AppOptions) {
  // One call at a time: a late answer must not replace a newer cookie.
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work)
    turn = result.catch(() => {})
    return result
  }

  async function call(method: 'GET' | 'POST', path: string, body?: URLSearchParams | object) {
    const form = body instanceof URLSearchParams
    const cookies = (await store.load()) ?? ''
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        accept: 'application/json',
        origin,
        cookie: cookies,
        ...(body && { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' }),
      },
      ...(body && { body: form ? body.toString() : JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(10_000),
    })
    const kept = withCookies(cookies, response.headers.getSetCookie())
    if (kept !== cookies) await store.save(kept === '' ? null : kept)
    if (response.ok) return response
    const { problem } = (await response.json().catch(() => ({}))) as { problem?: string }
    throw new RefusedError(response.status, problem, response.headers.get('retry-after'))
  }

  const request = (method: 'GET' | 'POST', path: string, body?: object): Promise<IdentityState> =>
    inTurn(async () => {
      const sentAt = clock()
      const response = await call(method, path, body)
      return identityStateOf((await response.json()) as Identity, sentAt)
    })

  return {
    /** Sends a code to a phone, or a link to a mail address. */
    ask: (kind: 'phone' | 'email', value: string) =>
      inTurn(() => call('POST', '/api/sign-in/ask', new URLSearchParams({ kind, value }))),
    /** Signs in with the code, or with the `secret` of the link. */
    finish: (secret: string) =>
      inTurn(() => call('POST', '/api/sign-in/finish', new URLSearchParams({ secret }))),
    /** Records the reader's answer; `wording` is the question as the app showed it. */
    choose: (advertising: 'granted' | 'denied', wording: string) =>
      request('POST', '/api/choice', { advertising, wording }),
    /** Reads the identity: at every start, and when the app comes to the front. */
    read: () => request('GET', '/api/identity'),
    /** Generates or refreshes the token, if the reader has consented. */
    update: () => request('POST', '/api/identity'),
    /** Ends the session permanently. Drop the token in memory first. */
    signOut: () => inTurn(() => call('POST', '/api/sign-out')),
  }
}

/** Pure. Durations start before the request was sent, so no token is kept too long. */
export function identityStateOf(identity: Identity, sentAt: number): IdentityState {
  const { status, now, reason, advertisingToken, identityExpires, refreshFrom, source } = identity
  const after = (time: number | undefined) => sentAt + Math.max(0, (time ?? now) - now)
  if (status === 'available' && advertisingToken && source) {
    const token = { value: advertisingToken, source, endsAt: after(identityExpires) }
    return { status, reason, token, callAt: after(refreshFrom) }
  }
  // The site does not call a failing operator again for 30 s, so an earlier request brings nothing.
  const wait = { refreshing: 0, unavailable: 30_000 }[status]
  return { status, reason, token: null, callAt: wait === undefined ? null : sentAt + wait }
}

/** The Cookie header after an answer's Set-Cookie headers. Pure. */
function withCookies(header: string, setCookies: string[]): string {
  const jar = new Map(header.split('; ').filter(Boolean).map(split))
  for (const cookie of setCookies) {
    const [pair = '', ...attributes] = cookie.split(/; */)
    const [name, value] = split(pair)
    const gone = attributes.some((attribute) => /^max-age=(0|-.*)$/i.test(attribute))
    if (gone || value === '') jar.delete(name)
    else jar.set(name, value)
  }
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
}

function split(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=')
  return [pair.slice(0, at), pair.slice(at + 1)]
}
