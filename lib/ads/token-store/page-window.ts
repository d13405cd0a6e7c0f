import type { ConsentWindow } from './consent-platform'

/** Everything of the browser that the token store touches, so that tests can own the clock and the wire. */
export interface PageEnvironment {
  window: PageWindow
  /** Ms since the page began to load, never backwards. Not the wall clock: a reader's may be wrong by a day. */
  now(): number
}

/** A page's window, as far as it is used. */
export interface PageWindow
  extends ConsentWindow,
    Pick<EventTarget, 'addEventListener' | 'removeEventListener'> {
  readonly document: Pick<EventTarget, 'addEventListener'> & { readonly visibilityState: string }
  fetch(url: string, init?: PostInit): Promise<Response>
  setTimeout(run: () => void, ms: number): number
  clearTimeout(timer: number): void
  /** Safari has none. */
  requestIdleCallback?(run: () => void, options: { timeout: number }): unknown
  BroadcastChannel?: new (name: string) => Channel
}

export interface PostInit {
  method: 'POST'
  headers?: Record<string, string>
  body?: string
}

export interface Channel {
  postMessage(message: unknown): void
  onmessage: ((event: MessageEvent) => void) | null
  close(): void
}
