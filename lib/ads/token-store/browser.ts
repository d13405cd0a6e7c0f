import type { PublicIdentity } from '../../identity/public-identity'
import type { createScheduler } from './refresh-scheduler'
import type { Message, PostInit, SchedulerEnvironment, SchedulerWindow } from './transitions'

/** Everything of the browser that the token store touches, so that tests can own the clock and the network. */
export interface TokenStoreEnvironment extends SchedulerEnvironment {
  window: PageWindow
  /** Calls back with what is loaded only when it is needed, and not at all if it cannot be loaded. */
  loadScheduler(loaded: (create: typeof createScheduler) => void): void
}

/** A page's window, as far as it is used. */
export interface PageWindow extends SchedulerWindow {
  fetch(url: string, init?: PostInit): Promise<Response>
  setTimeout(run: () => void, ms: number): number
  clearTimeout(timer: number): void
  BroadcastChannel?: new (name: string) => Channel
  /** The APIs of a consent platform (CMP). */
  __tcfapi?: unknown
  __gpp?: unknown
}

interface Channel {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent) => void) | null
}

export const browserEnvironment = (): TokenStoreEnvironment => ({
  window,
  now: createClock(performance, Date),
  loadScheduler(loaded) {
    // If it cannot be loaded (offline, say), the next answer tries again.
    import('./refresh-scheduler').then(
      ({ createScheduler }) => loaded(createScheduler),
      () => {},
    )
  },
})

/** A smaller difference is the resolution of a clock, or its slow correction. */
const JUMP_MS = 1_000

interface Clock {
  now(): number
}

/**
 * Ms since the page began to load, including sleep of the device. On several systems the monotonic clock stands still
 * during sleep; only the wall clock tells. Only its leaps ahead count: a wrong wall clock changes nothing, one that is
 * set back prolongs nothing, and one that is set forward makes a token expire early, which costs a request.
 */
export function createClock(monotonic: Clock, wall: Clock): () => number {
  let apart = wall.now() - monotonic.now()
  let slept = 0
  return () => {
    const at = monotonic.now()
    const jump = wall.now() - at - apart
    if (Math.abs(jump) >= JUMP_MS) {
      apart += jump
      if (jump > 0) slept += jump
    }
    return at + slept
  }
}

/** From 2^31 ms on a browser timer overflows and fires at once. */
const LONGEST_TIMER_MS = 1e9

/** `update` does what is due, and again when `runDue` says that the next thing is. `settled` waits until nothing `isHeld`. */
export function createTimer(
  { window, now }: TokenStoreEnvironment,
  runDue: () => number,
  isHeld: () => boolean,
) {
  const waiting: Array<() => void> = []
  let timer = 0

  function update(): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(update, Math.min(runDue() - now(), LONGEST_TIMER_MS))
    if (!isHeld()) for (const resolve of waiting.splice(0)) resolve()
  }

  return {
    update,
    settled: () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve)
        update()
      }),
  }
}

/** Returns what tells the other tabs. */
export function joinTabs(window: PageWindow, hear: (message: Message) => void): (message: Message) => void {
  try {
    const channel = new (window.BroadcastChannel as NonNullable<typeof BroadcastChannel>)('uid2')
    channel.onmessage = (event) => hear(event.data?.type)
    return (type) => channel.postMessage({ type })
  } catch {
    // Missing, or refused, as Firefox does with cookies blocked: this tab is by itself.
    return () => {}
  }
}

/** Also the URL of the `Link: rel=preload` response header; both must stay the same. */
const IDENTITY_URL = '/api/identity'
const REQUEST_TIMEOUT_MS = 10_000

/** A GET without `post`. Null when there is no usable answer, for whatever reason. */
export const requestIdentity = (window: PageWindow, post: PostInit | null): Promise<PublicIdentity | null> =>
  new Promise((resolve) => {
    const fail = () => resolve(null)
    window.setTimeout(fail, REQUEST_TIMEOUT_MS)
    // Asynchronous, because another script's wrapper of fetch may throw. Without any option the GET matches the preload
    // of the response header, and takes its answer.
    ;(async () => window.fetch(IDENTITY_URL, post ?? undefined))()
      .then((response) => response.ok && response.json())
      .then(identityIn)
      .then(resolve, fail)
  })

/** Null for anything that is not an identity: a proxy's error page, a truncated body, an old server. */
function identityIn(body: { [name in string]?: unknown }): PublicIdentity | null {
  const { status, now, advertisingToken, identityExpires, refreshFrom } = body
  const times = status === 'withheld' ? [refreshFrom] : []
  if (status === 'available') times.push(identityExpires, refreshFrom, advertisingToken ? 0 : null)
  return status && [now, ...times].every(Number.isFinite) ? (body as unknown as PublicIdentity) : null
}
