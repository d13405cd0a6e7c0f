import type { PublicIdentity } from '#lib/identity/public.ts'
import { browserEnvironment, type HandoffEnvironment } from './environment.ts'
import { createEvents, type HandoffListener } from './events.ts'
import {
  eventsBetween,
  type HandoffEvent,
  type HandoffState,
  hopeful,
  LOADING,
  nextPost,
  notYetDue,
  timesOf,
  tokenIn,
  trustInline,
  type UsableToken,
  wanting,
} from './handoff-state.ts'
import { createHold } from './hold.ts'
import { type Method, requestIdentity } from './identity-api.ts'
import { createPace } from './pace.ts'
import { listenForWakeUps } from './wake-ups.ts'

/** Longer delays overflow a browser timer and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Statuses that the page can know by itself, because its own act caused them. */
type ClearedStatus = 'signed_out' | 'denied' | 'opted_out' | 'no_choice'

export interface Uid2Handoff {
  /** Once per page, also per soft navigation: with the page's inline identity, or without to fetch it. */
  start(initial?: PublicIdentity): void
  getSnapshot(): HandoffState
  subscribe(listener: () => void): () => void
  on(event: HandoffEvent, listener: HandoffListener): () => void
  /** The only way to a token for use: checks expiry itself, because timers sleep with the device. */
  currentToken(): UsableToken | null
  /** Resolves when nothing that an auction should wait for is under way. */
  settled(): Promise<void>
  afterAuction(): void
  /**
   * Drops the token here and in every other tab, before any server has answered. Call what it returns
   * once the server has, whatever it said: until then the old state is not believed, then all ask anew.
   */
  clear(status: ClearedStatus): () => void
  readonly started: boolean
  stop(): void
}

/** The one owner of the identity in a page. Channels hold copies and follow. */
export function createUid2Handoff(env: HandoffEnvironment = browserEnvironment()): Uid2Handoff {
  let state: HandoffState = LOADING
  /** The last state that was an answer: what the ads on the page still reflect. */
  let answered: HandoffState = LOADING
  let times = timesOf(LOADING, 0, 0)
  /** The server's clock at one moment of ours. */
  let known: { now: number; at: number } | null = null
  /** Answers to requests of an earlier generation are ignored. */
  let generation = 0
  let inFlight: Method | null = null
  const pace = createPace()
  /** Something happened of which we know no more than that: the next token may be another reader's. */
  let doubtful = false
  const hold = createHold(env, () => reread(false))
  let idling = false
  let timer = 0
  const waiting: Array<() => void> = []
  let deafen: (() => void) | null = null
  const subscribers = new Set<() => void>()
  const events = createEvents(() => state)
  const channel = env.channel()

  function become(next: HandoffState, at: number, fired: HandoffEvent[]): void {
    state = next
    if (next !== LOADING) answered = next
    times = timesOf(next, at, env.now())
    // Channels follow before anybody is told of it.
    for (const notify of subscribers) notify()
    for (const event of fired) events.fire(event)
  }

  /** `at`: a moment before which the server cannot have answered. Its travel does not prolong a token. */
  function adopt(answer: PublicIdentity | null, method: Method, at: number, announce = true): void {
    const had = tokenIn(answered)
    const next = answer === null ? withoutAnswer() : living(answer, at)
    const fired = next === state ? [] : eventsBetween(answered, next, doubtful)
    if (answer !== null) {
      doubtful = false
      known = { now: answer.now, at }
    }
    if (next !== state) become(next, at, fired)
    const now = env.now()
    const unavailable = state.status === 'unavailable'
    // Asked a moment too early by the server's own clock is no failure: our due is early by an answer's travel.
    const wants = wanting(state, times, now) && !(answer !== null && notYetDue(answer))
    pace.note({ method, failed: answer === null, wants, unavailable }, now)
    // What a message taught us is not told again: two tabs would never stop.
    if (announce && answer !== null) {
      if (had !== null && had !== tokenIn(state)) channel?.postMessage({ type: 'changed' })
      // By way of a provider another reader may have signed in: no page of ours was there to tell of it.
      else if (tokenIn(state) === null) channel?.postMessage({ type: 'none' })
    }
    tick()
    settle()
  }

  function withoutAnswer(): HandoffState {
    expire()
    return hopeful(state) ? { status: 'unavailable', reason: 'operator', now: known?.now ?? 0 } : state
  }

  /** A token that was dead on arrival is not one. */
  function living(answer: PublicIdentity, at: number): PublicIdentity {
    return env.now() < timesOf(answer, at, at).expires ? answer : { status: 'refreshing', now: answer.now }
  }

  function ask(method: Method, announce = true, at = env.now()): void {
    if (inFlight !== null) return
    inFlight = method
    const mine = generation
    void requestIdentity(env, method).then((answer) => {
      if (mine !== generation) return
      inFlight = null
      adopt(answer, method, at, announce)
    })
  }

  /** Whatever is under way was asked before the thing that just happened. */
  function supersede(): void {
    generation += 1
    inFlight = null
    idling = false
  }

  /** Does what is due, and comes back when the next thing is. */
  function tick(): void {
    env.clearTimeout(timer)
    expire()
    const now = env.now()
    let wake = times.expires
    const next = hold.by !== null || inFlight !== null ? null : nextPost(state, times, pace.notBefore)
    if (next !== null && next.at > now) wake = Math.min(wake, next.at)
    // A hidden tab asks for nothing: it re-reads when it is looked at again.
    else if (next !== null && env.document.visibilityState !== 'hidden') {
      if (next.idle) postAtIdle()
      else ask('POST')
    }
    if (wake < Number.POSITIVE_INFINITY) {
      timer = env.setTimeout(tick, Math.min(Math.ceil(wake - now) + 1, LONGEST_TIMER_MS))
    }
  }

  function postAtIdle(): void {
    if (idling) return
    idling = true
    const mine = generation
    env.idle(() => {
      if (mine !== generation) return
      idling = false
      if (wanting(state, times, env.now())) ask('POST')
    })
  }

  function expire(): boolean {
    if (state.status !== 'available' || env.now() < times.expires) return false
    become({ status: 'refreshing', now: state.now }, env.now(), ['expired'])
    return true
  }

  function currentToken(): UsableToken | null {
    if (expire()) tick()
    return state.status === 'available' ? { id: state.advertisingToken, source: state.source } : null
  }

  function unsettled(): boolean {
    return state === LOADING || inFlight === 'GET' || (inFlight === 'POST' && tokenIn(state) === null)
  }

  function settle(): void {
    if (!unsettled()) for (const resolve of waiting.splice(0)) resolve()
  }

  function wake(): void {
    if (hold.by !== null) return
    tick()
    ask('GET')
  }

  /** No page that was rendered before this moment is believed; with an unknown clock, none is. */
  function forget(at: number): number {
    known = { now: known ? known.now + (at - known.at) : Number.POSITIVE_INFINITY, at }
    return known.now
  }

  /** Asks anew because of something that an answer under way cannot know of. */
  function reread(announce: boolean): void {
    hold.end()
    supersede()
    ask('GET', announce)
  }

  function hear(message: unknown): void {
    if (hold.by === 'mine' || typeof message !== 'object' || message === null || !('type' in message)) return
    if (message.type === 'cleared') {
      const lost = tokenIn(answered) !== null
      answered = LOADING
      supersede()
      forget(env.now())
      become(LOADING, env.now(), lost ? ['cleared'] : [])
      env.clearTimeout(timer)
      hold.begin('theirs')
    } else if (message.type === 'changed' || (message.type === 'none' && tokenIn(answered) !== null)) {
      doubtful = true
      reread(false)
    }
  }

  function listen(): () => void {
    if (channel) channel.onmessage = (event) => hear(event.data)
    return listenForWakeUps(env, {
      visible: wake,
      online() {
        pace.lift()
        wake()
      },
      restored() {
        doubtful = true
        become(LOADING, env.now(), [])
        reread(true)
      },
    })
  }

  return {
    start(initial) {
      // The first answer may have been on its way since the page began to load: inline, or preloaded.
      const asked = deafen === null ? 0 : env.now()
      deafen ??= listen()
      const held = hold.by !== null
      const trust = initial ? trustInline(initial, known) : 'stale'
      // A page that was rendered while the act was under way may still have the token.
      if (initial && trust === 'use' && !(held && tokenIn(initial) !== null)) {
        // Where the server's clock is known, it tells how long the payload has been lying about.
        const at = Math.min(asked, known ? known.at + (initial.now - known.now) : asked)
        supersede()
        adopt(initial, 'GET', at)
      } else if (trust === 'stale' && !held) {
        ask('GET', true, asked)
      }
    },
    getSnapshot: () => state,
    subscribe(listener) {
      subscribers.add(listener)
      return () => subscribers.delete(listener)
    },
    on: events.on,
    currentToken,
    settled: () => (unsettled() ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
    afterAuction() {
      const now = env.now()
      if (hold.by === null && pace.notBefore <= now && wanting(state, times, now)) postAtIdle()
    },
    clear(status) {
      const at = env.now()
      supersede()
      env.clearTimeout(timer)
      hold.begin('mine')
      doubtful = false
      const next: PublicIdentity = { status, now: forget(at) }
      become(next, at, eventsBetween(answered, next, false))
      settle()
      channel?.postMessage({ type: 'cleared' })
      return () => {
        channel?.postMessage({ type: 'changed' })
        reread(false)
      }
    },
    get started() {
      return deafen !== null
    },
    stop() {
      supersede()
      hold.end()
      env.clearTimeout(timer)
      deafen?.()
      channel?.close()
    },
  }
}
