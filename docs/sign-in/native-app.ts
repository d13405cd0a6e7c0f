/** The platform's protected store (Keychain, Keystore): one value, which is the session. */
export interface ProtectedStore {
  load(): Promise<string | null>
  save(cookies: string | null): Promise<void>
}

export interface AppOptions {
  /** Of the site. */
  origin: string
  store: ProtectedStore
  /** Monotonic, in ms, and going on while the device sleeps: the wall clock may be wrong. */
  clock: () => number
}

/** docs/http.md has every status. Times are of the server: only their differences to `now` mean something. */
export interface Identity {
  status: string
  now: number
  reason?: string
  advertisingToken?: string
  identityExpires?: number
  refreshFrom?: number
  source?: string
}

/** What the app keeps in memory, and nowhere else. Times are of the app's own clock. */
export interface Standing {
  status: string
  reason: string | undefined
  token: { value: string; source: string; endsAt: number } | null
  /** When to call `ensure` again; null: not before the reader has done something. */
  callAt: number | null
}

/** The site said no. `problem` says why a sign-in was not taken, `retryAfter` how many seconds to wait. */
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

/** A session with the site for an app that is no browser. */
export function createAppSession({ origin, store, clock }: AppOptions) {
  // One call at a time, so that no late answer puts an older cookie over a newer one.
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

  const standing = (method: 'GET' | 'POST', path: string, body?: object): Promise<Standing> =>
    inTurn(async () => {
      const sentAt = clock()
      const response = await call(method, path, body)
      return standingOf((await response.json()) as Identity, sentAt)
    })

  return {
    /** Has a code sent to a phone, or a link to a mail address. */
    ask: (kind: 'phone' | 'email', value: string) =>
      inTurn(() => call('POST', '/api/sign-in/ask', new URLSearchParams({ kind, value }))),
    /** Signs in with the code, or with the `secret` of the link. */
    finish: (secret: string) =>
      inTurn(() => call('POST', '/api/sign-in/finish', new URLSearchParams({ secret }))),
    /** Records what the reader answered; `wording` is the question as the app showed it. */
    choose: (advertising: 'granted' | 'denied', wording: string) =>
      standing('POST', '/api/choice', { advertising, wording }),
    /** How it stands: at every start, and whenever the app comes to the front. */
    look: () => standing('GET', '/api/identity'),
    /** Brings it up to date: makes or refreshes the token where the reader has said yes. */
    ensure: () => standing('POST', '/api/identity'),
    /** Ends the session for good. What the app holds in memory has to go first. */
    signOut: () => inTurn(() => call('POST', '/api/sign-out')),
  }
}

/** Pure. Durations count from before the request was sent, so a token never seems to live too long. */
export function standingOf(identity: Identity, sentAt: number): Standing {
  const { status, now, reason, advertisingToken, identityExpires, refreshFrom, source } = identity
  const after = (time: number | undefined) => sentAt + Math.max(0, (time ?? now) - now)
  if (status === 'available' && advertisingToken && source) {
    const token = { value: advertisingToken, source, endsAt: after(identityExpires) }
    return { status, reason, token, callAt: after(refreshFrom) }
  }
  // A failing operator is left in peace for 30 s, so nothing new can be heard before.
  const wait = { refreshing: 0, unavailable: 30_000 }[status]
  return { status, reason, token: null, callAt: wait === undefined ? null : sentAt + wait }
}

/** A Cookie header brought up to date by an answer. Pure but for the clock that ends cookies. */
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
