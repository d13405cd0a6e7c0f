import type { Signals, TcfApi } from '#lib/ads/consent/consent-platform.ts'
import { createSchedulerWithConsent } from '#lib/ads/consent/consent-sync.ts'
import type { PageWindow, TokenStoreEnvironment } from '#lib/ads/token-store/browser.ts'
import { createTokenStore } from '#lib/ads/token-store/token-store.ts'
import type { TokenEvent, TokenStore } from '#lib/ads/token-store/transitions.ts'
import type { AvailableIdentity, ClientIdentity, PublicIdentity } from '#lib/identity/public-identity.ts'

/** The server's wall clock in these tests, far from any clock of the page. */
export const SERVER_NOW = 1_800_000_000_000
export const later = (ms = 1) => SERVER_NOW + ms

/** The storage of a browser. */
export function memory(kept = new Map<string, string>()) {
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  }
}

export function available(token: string, over: Partial<AvailableIdentity> = {}): AvailableIdentity {
  const now = over.now ?? SERVER_NOW
  return {
    status: 'available',
    now,
    advertisingToken: token,
    identityExpires: now + 60_000,
    refreshFrom: now + 30_000,
    source: 'uidapi.com',
    ...over,
  }
}

/** The six fields of an identity. */
export const identityOf = (token: string, from = SERVER_NOW): ClientIdentity => ({
  advertising_token: token,
  refresh_token: `refresh of ${token}`,
  identity_expires: from + 60_000,
  refresh_from: from + 30_000,
  refresh_expires: from + 600_000,
  refresh_response_key: 'key',
})

/** A token under the client hand-off, with its six fields. */
export const clientToken = (token: string, over: Partial<AvailableIdentity> = {}) =>
  available(token, { identity: identityOf(token), ...over })

export function plain(
  status: 'gpc' | 'signed_out' | 'opted_out' | 'denied' | 'no_choice' | 'refreshing',
  now = SERVER_NOW,
): PublicIdentity {
  return { status, now }
}

export function unsupported(reason: 'gdpr' | 'consent', now = SERVER_NOW): PublicIdentity {
  return { status: 'unsupported', reason, now }
}

export const unavailable: PublicIdentity = { status: 'unavailable', reason: 'operator', now: SERVER_NOW }

type Answer = PublicIdentity | Response | Error

interface Pending {
  method: 'GET' | 'POST'
  init: unknown
  body: { signals?: unknown; recheck?: unknown } | undefined
  /** The signals that it carries. */
  signals: unknown
  answer(outcome: Answer): Promise<void>
}

interface Over extends Pick<PageWindow, 'BroadcastChannel'> {
  __tcfapi?: TcfApi | undefined
  now?: TokenStoreEnvironment['now']
  loadScheduler?: TokenStoreEnvironment['loadScheduler']
}

/**
 * A browser with a clock that the test moves and requests that the test answers. Its consent platform has not
 * answered yet; the scheduler loads at once.
 */
export function createBrowserStub({ now, loadScheduler, ...over }: Over = {}) {
  let clock = 0
  let nextTimer = 1
  const timers = new Map<number, { at: number; run: () => void }>()
  const idles: Array<() => void> = []
  const requests: Pending[] = []
  const platform = createConsentPlatform()
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' })

  const window = Object.assign(new EventTarget(), {
    document,
    setTimeout(run: () => void, ms: number) {
      timers.set(nextTimer, { at: clock + ms, run })
      return nextTimer++
    },
    clearTimeout: (timer: number) => void timers.delete(timer),
    requestIdleCallback: (run: () => void) => void idles.push(run),
    fetch(_url: string, init?: { method: 'POST'; body?: string }): Promise<Response> {
      return new Promise((resolve, reject) => {
        requests.push({
          method: init?.method ?? 'GET',
          init,
          body: init?.body === undefined ? undefined : JSON.parse(init.body),
          get signals() {
            return this.body?.signals
          },
          async answer(outcome) {
            if (outcome instanceof Error) reject(outcome)
            else resolve(outcome instanceof Response ? outcome : Response.json(outcome))
            await settle()
          },
        })
      })
    },
    __tcfapi: platform.api,
    ...over,
  })
  const env: TokenStoreEnvironment = {
    window,
    now: now ?? (() => clock),
    loadScheduler: loadScheduler ?? ((loaded) => loaded(createSchedulerWithConsent)),
  }

  return {
    env: { now: env.now, setTimeout: window.setTimeout },
    window,
    tokenStore: createTokenStore(env),
    requests,
    timers,
    /** The last request, which must be there. */
    get request(): Pending {
      const last = requests.at(-1)
      if (!last) throw new Error('there is no request')
      return last
    },
    methods: () => requests.map(({ method }) => method).join(' '),
    /** Time that passes while the page runs. */
    async advance(ms: number) {
      const end = clock + ms
      for (;;) {
        const [id, next] = [...timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? []
        if (id === undefined || next === undefined || next.at > end) break
        timers.delete(id)
        clock = Math.max(clock, next.at)
        next.run()
        await settle()
      }
      clock = end
    },
    /** Time that passes while the device sleeps: no timer runs. */
    sleep(ms: number) {
      clock += ms
    },
    async idle() {
      for (const run of idles.splice(0)) run()
      await settle()
    },
    idleCount: () => idles.length,
    async hide() {
      document.visibilityState = 'hidden'
      document.dispatchEvent(new Event('visibilitychange'))
      await settle()
    },
    async look() {
      document.visibilityState = 'visible'
      document.dispatchEvent(new Event('visibilitychange'))
      await settle()
    },
    async restore() {
      window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
      await settle()
    },
    /** The consent platform reports. */
    async consent(signals: Signals) {
      platform.emit(signals)
      await settle()
    },
    async online() {
      window.dispatchEvent(new Event('online'))
      await settle()
    },
  }
}

/** The TCF half of a consent platform, with every TCF value of `Signals`. */
function createConsentPlatform() {
  const listeners = new Set<Parameters<TcfApi>[2]>()
  const api: TcfApi = (command, _version, callback) => {
    if (command === 'addEventListener') listeners.add(callback)
  }
  return {
    api,
    emit({ tcf = '', gdprApplies }: Pick<Signals, 'tcf' | 'gdprApplies'>): void {
      const data = {
        eventStatus: 'tcloaded',
        tcString: tcf,
        ...(gdprApplies !== undefined && { gdprApplies }),
      }
      for (const listener of listeners) listener(data, true)
    },
  }
}

const allEvents = ['available', 'refreshed', 'withheld', 'expired', 'cleared'] as const

/** Records events of the token store with their status. */
export function recordEvents(
  tokenStore: Pick<TokenStore, 'on'>,
  events: readonly TokenEvent[] = allEvents,
): string[] {
  const recorded: string[] = []
  for (const event of events) tokenStore.on(event, ({ status }) => recorded.push(`${event} ${status}`))
  return recorded
}

/** Runs all promises, with turns of the event loop for those of `Response`. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
