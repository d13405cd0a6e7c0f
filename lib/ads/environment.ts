import { createClock } from './clock.ts'
import { type ConsentWindow, listenToConsentPlatform, type Signals } from './consent-platform.ts'

/** Everything of the browser that the hand-off touches, so that tests can own the clock and the wire. */
export interface HandoffEnvironment {
  fetch(
    url: string,
    init?: { method: 'POST'; headers?: Record<string, string>; body?: string },
  ): Promise<Response>
  /** Ms since the page began to load, never backwards. Not the wall clock: a reader's may be wrong by a day. */
  now(): number
  setTimeout(run: () => void, ms: number): number
  clearTimeout(timer: number): void
  idle(run: () => void): void
  window: Pick<EventTarget, 'addEventListener'>
  document: Pick<EventTarget, 'addEventListener'> & {
    readonly visibilityState: string
  }
  channel(): Channel | null
  /** Listens to the page's consent platform; null where there is none, at least so far. */
  consent(report: (signals: Signals) => void): (() => void) | null
}

interface Channel {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent) => void) | null
  close(): void
}

export function browserEnvironment(): HandoffEnvironment {
  return {
    fetch: (url, init) => fetch(url, init),
    now: createClock(
      () => performance.now(),
      () => Date.now(),
    ),
    setTimeout: (run, ms) => window.setTimeout(run, ms),
    clearTimeout: (timer) => window.clearTimeout(timer),
    idle: (run) => {
      // Safari has none.
      if (typeof requestIdleCallback === 'function') requestIdleCallback(run, { timeout: 2_000 })
      else setTimeout(run, 200)
    },
    window,
    document,
    channel: () => (typeof BroadcastChannel === 'function' ? new BroadcastChannel('uid2') : null),
    consent: (report) => listenToConsentPlatform(window as ConsentWindow, report),
  }
}
