import type { Signals, TcfApi } from '#lib/ads/consent/consent-platform.ts'
import { createSchedulerWithConsent } from '#lib/ads/consent/consent-sync.ts'
import type { PageWindow, TokenStoreEnvironment } from '#lib/ads/token-store/browser.ts'
import { createTokenStore } from '#lib/ads/token-store/token-store.ts'
import type { AvailableIdentity, ClientIdentity, PublicIdentity } from '#lib/identity/public-identity.ts'

/** The server's wall clock in these tests: a day from any clock of the page. */
export const SERVER_NOW = 1_800_000_000_000
export const later = (ms: number) => SERVER_NOW + ms

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

/** The six fields of an identity, for the client hand-off. */
export const identityOf = (token: string, from = SERVER_NOW): ClientIdentity => ({
  advertising_token: token,
  refresh_token: `refresh of ${token}`,
  identity_expires: from + 60_000,
  refresh_from: from + 30_000,
  refresh_expires: from + 600_000,
  refresh_response_key: 'key',
})

export function plain(
  status: 'gpc' | 'signed_out' | 'opted_out' | 'denied' | 'no_choice' | 'refreshing',
  now = SERVER_NOW,
): PublicIdentity {
  return { status, now }
}

export function refused(reason: 'gdpr' | 'consent', now = SERVER_NOW): PublicIdentity {
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
  answer(with_: Answer): Promise<void>
}

interface Over extends Pick<PageWindow, 'BroadcastChannel'> {
  __tcfapi?: TcfApi | undefined
  now?: TokenStoreEnvironment['now']
  loadScheduler?: TokenStoreEnvironment['loadScheduler']
}

/**
 * A browser with a hand-moved clock and a wire on which the test is the server. It has a consent platform that
 * has not spoken yet, and what is loaded later is there at once.
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
          async answer(with_) {
            if (with_ instanceof Error) reject(with_)
            else resolve(with_ instanceof Response ? with_ : Response.json(with_))
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
      if (!last) throw new Error('nothing was asked')
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
    /** The consent platform speaks. */
    async consent(signals: Signals) {
      platform.say(signals)
      await settle()
    },
    async online() {
      window.dispatchEvent(new Event('online'))
      await settle()
    },
  }
}

/** The TCF half of one, which can say all that `Signals` of it can hold. */
function createConsentPlatform() {
  const listeners = new Set<Parameters<TcfApi>[2]>()
  const api: TcfApi = (command, _version, callback) => {
    if (command === 'addEventListener') listeners.add(callback)
  }
  return {
    api,
    say({ tcf = '', gdprApplies }: Pick<Signals, 'tcf' | 'gdprApplies'>): void {
      const data = {
        eventStatus: 'tcloaded',
        tcString: tcf,
        ...(gdprApplies !== undefined && { gdprApplies }),
      }
      for (const listener of listeners) listener(data, true)
    },
  }
}

/** Lets promises run dry; a turn of the event loop for those of `Response`. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
