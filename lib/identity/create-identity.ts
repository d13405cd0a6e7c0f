import 'server-only'
import { cookies, headers } from 'next/headers'
import {
  after,
  connection,
  type NextFetchEvent,
  type NextProxy,
  type NextRequest,
  NextResponse,
} from 'next/server'
import { loadContext, readReader } from './context'
import { createIdentityCookie, noStoreHeaders } from './cookie'
import { createOperatorCalls } from './operator-calls'
import type { PublicIdentity } from './public-identity'
import type { Choice, IdentityEvent, IdentityOptions, RequestLike, Surface } from './types'
import { type Core, type IdentityUpdate, resolve, updateIdentity } from './update'

/** `rejected`: the store cannot hold what came with the consent, and nothing was recorded. */
export type ChoiceResult = { status: 'done'; update: IdentityUpdate } | { status: 'signed_out' | 'rejected' }

export type PublisherIdentity = ReturnType<typeof createIdentity>

/**
 * A reader's identity, for the proxy, the routes and the pages of a Next app.
 *
 * @example
 * export const identity = createIdentity({
 *   client: createUid2Client({ baseUrl, apiKey, clientSecret }),
 *   cookie: { name: '__Host-uid2', secure: true, passwords: [sessionPassword] },
 *   session: (request) => currentReader(request.cookies),
 *   consent: processWide('consent', createMemoryStore),
 * })
 * @throws TypeError where a password of the cookie is too short
 */
export function createIdentity(options: IdentityOptions) {
  const { client, session, consent: store, policies = [], now = Date.now } = options
  const { product = 'uid2', refreshedBy = 'server', timeoutMs = 1500, pageWaitMs = 0 } = options
  if (!options.cookie.passwords.every((password) => password?.length >= 32))
    throw new TypeError('cookie.passwords: each password needs at least 32 characters')
  const emit = (event: IdentityEvent): void => {
    try {
      options.onEvent?.(event)
    } catch {
      // A listener that fails costs no reader a page.
    }
  }
  const cookie = createIdentityCookie(options.cookie, product, { emit, now })
  const calls = createOperatorCalls({ client, store, product, timeoutMs, name: cookie.name, emit })
  const bucketOf: Core['bucketOf'] = (subject) => (subject && options.bucketOf?.(subject.diiHash)) ?? null
  const core: Core = { session, store, cookie, product, policies, refreshedBy, calls, bucketOf, now, emit }

  /** How far each surface goes. No wait is longer than the operator's time limit. */
  const limits = {
    proxy: { waitForDue: pageWaitMs, waitForExpired: 0, generate: false },
    get: { waitForDue: pageWaitMs, waitForExpired: timeoutMs, generate: false },
    post: { waitForDue: timeoutMs, waitForExpired: timeoutMs, generate: true },
  }

  /** For a request of one's own. `recheck`: asks the operator though nothing is due. */
  async function update(request: RequestLike, surface: keyof typeof limits, { recheck = false } = {}) {
    return timed(surface, () => updateIdentity(core, request, { ...limits[surface], recheck }))
  }

  async function timed<T extends { identity: PublicIdentity }>(
    surface: Surface,
    work: () => Promise<T>,
  ): Promise<T> {
    const begun = performance.now()
    const done = await work()
    const { status, ...rest } = done.identity
    const reason = 'reason' in rest ? { reason: rest.reason } : {}
    emit({ type: 'resolved', surface, status, ...reason, ms: Math.round(performance.now() - begun) })
    return done
  }

  /** The JSON answer of a route, with the cookie. */
  async function respond({ identity, cookie: action, background }: IdentityUpdate): Promise<NextResponse> {
    // Held open past the response, so that shutdown waits for it.
    if (background) after(background)
    const response = NextResponse.json(identity, { headers: noStoreHeaders })
    if (action !== 'keep') await cookie.write(response.cookies, action)
    return response
  }

  /** Whether the request itself is a denial, such as Global Privacy Control. */
  const isDenial = (request: RequestLike): boolean =>
    policies.some((policy) => policy.check({ request, reader: null, consent: null })?.denial !== undefined)

  async function choose(request: RequestLike, choice: Choice, { record = true } = {}): Promise<ChoiceResult> {
    const granted = choice.advertising === 'granted'
    const { reader, subject } = await readReader(core, request)
    if (!reader) return { status: 'signed_out' }
    const failure = subject && record && (await store.recordChoice(subject, choice).then(() => null, codeOf))
    if (subject && record)
      emit({ type: failure === null ? 'recorded' : 'not_recorded', what: choice.advertising })
    if (granted && failure === 'rejected_write') return { status: 'rejected' }
    if (failure) {
      const identity: PublicIdentity = { status: 'unavailable', reason: 'store', now: now() }
      const action = granted ? 'keep' : 'clear'
      return { status: 'done', update: { identity, cookie: action, background: undefined } }
    }
    const updated = await update(request, granted ? 'post' : 'proxy')
    return { status: 'done', update: granted ? updated : { ...updated, cookie: 'clear' } }
  }

  const withProxy = (proxy: NextProxy) => async (request: NextRequest, event: NextFetchEvent) => {
    const next = (refreshed: NextRequest) => proxy(refreshed, event)
    const concerned = isPageView(request) && (request.cookies.has(cookie.name) || isDenial(request))
    if (!concerned) return cookie.forward(request, 'keep', next)
    const { cookie: action, background } = await update(request, 'proxy')
    if (background) event.waitUntil(background)
    return cookie.forward(request, action, next)
  }

  return {
    cookie,
    update,
    respond,

    /**
     * Refreshes on the way of a page request: begins a due refresh without waiting, and stores one that has ended, so
     * that this very request reads the fresh identity. Other requests pass untouched, and stay cacheable.
     */
    proxy: withProxy(() => {}),

    /** The same around a proxy of one's own, which gets the request with the fresh cookie and decides how it goes on. */
    withProxy,

    route: {
      /** The identity as it stands. With an expired token it waits for the refresh. Never generates. */
      GET: async (request: NextRequest) => respond(await update(request, 'get')),
      /** Generates for a reader who consented and has no token, refreshes when due, and stores the result. */
      POST: async (request: NextRequest) => respond(await update(request, 'post')),
    },

    /** For pages: makes no calls and writes nothing. */
    async read(request?: RequestLike): Promise<PublicIdentity> {
      const read = async () => resolve(core, await loadContext(core, request ?? (await currentRequest())))
      return (await timed('page', read)).identity
    },

    /** Who is signed in and what they decided. */
    readReader: async (request?: RequestLike) => readReader(core, request ?? (await currentRequest())),

    /** Records a consent, then generates. The record is durable before the operator is called. */
    grant: (request: RequestLike, choice: Omit<Choice, 'advertising'>) =>
      // With a request that is itself a denial the consent would not live to be used.
      choose(request, { ...choice, advertising: 'granted' }, { record: !isDenial(request) }),

    /** Records a denial, and clears the cookie whatever becomes of the record. */
    deny: (request: RequestLike, choice: Omit<Choice, 'advertising'>, options?: { record?: boolean }) =>
      choose(request, { ...choice, advertising: 'denied' }, options),
  }
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code || 'store')

/** Of the page that is being rendered. */
async function currentRequest(): Promise<RequestLike> {
  // Under `cacheComponents` Next lets a page read the clock only after this.
  await connection()
  return { cookies: await cookies(), headers: await headers() }
}

/** A view by a person: a prefetch must neither refresh nor store. */
const isPageView = ({ method, headers }: NextRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  !/prefetch/.test(`${headers.get('purpose')} ${headers.get('sec-purpose')}`)
