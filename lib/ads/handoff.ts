import type { PublicIdentity } from '#lib/identity/public.ts'
import { createConsentNews } from './consent-news.ts'
import { browserEnvironment, type HandoffEnvironment } from './environment.ts'
import type { Uid2Handoff } from './handoff-api.ts'
import {
  consentMatters,
  eventsBetween,
  type HandoffState,
  hopeful,
  LOADING,
  nextPost,
  notYetDue,
  timesOf,
  tokenIn,
  type UsableToken,
  wanting,
} from './handoff-state.ts'
import { createStore } from './handoff-store.ts'
import { createHold } from './hold.ts'
import type { Method } from './identity-api.ts'
import { createPace } from './pace.ts'
import { createServerClock } from './server-clock.ts'
import { listenForWakeUps } from './wake-ups.ts'
import { createWire } from './wire.ts'

/** Longer delays overflow a browser timer and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The one owner of the identity in a page. Channels hold copies and follow. */
export function createUid2Handoff(env: HandoffEnvironment = browserEnvironment()): Uid2Handoff {
  const store = createStore(env.now)
  const wire = createWire(env)
  const pace = createPace()
  const server = createServerClock()
  const hold = createHold(env, () => reread(false))
  const consent = createConsentNews(env.consent, consentSaid)
  const channel = env.channel()
  /** Something happened of which we know no more than that: the next token may be another reader's. */
  let doubtful = false
  /** The page shown is one without ads. */
  let resting = false
  let timer = 0
  const waiting: Array<() => void> = []
  let deafen: (() => void) | null = null

  /** `at`: a moment before which the server cannot have answered. Its travel does not prolong a token. */
  function adopt(answer: PublicIdentity | null, method: Method, at: number, announce = true): void {
    const { answered } = store
    const had = tokenIn(answered)
    const next = answer === null ? withoutAnswer() : living(answer, at)
    const fired = next === store.state ? [] : eventsBetween(answered, next, doubtful)
    if (answer !== null) {
      doubtful = false
      server.note(answer.now, at)
    }
    if (next !== store.state) store.become(next, at, fired)
    const { state } = store
    if (state.status === 'signed_out') consent.forget()
    const now = env.now()
    const unavailable = state.status === 'unavailable'
    // Asked a moment too early by the server's own clock is no failure: our due is early by an answer's travel.
    const wants = wanting(state, store.times, now) && !(answer !== null && notYetDue(answer))
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
    store.expire()
    const { state } = store
    return hopeful(state) ? { status: 'unavailable', reason: 'operator', now: server.now } : state
  }

  /** A token that was dead on arrival is not one. */
  function living(answer: PublicIdentity, at: number): PublicIdentity {
    return env.now() < timesOf(answer, at, at).expires ? answer : { status: 'refreshing', now: answer.now }
  }

  function ask(wanted: Method, announce = true, at = env.now()): void {
    const { overdue } = consent
    if (wire.inFlight !== null || (resting && !overdue)) return
    const method = overdue ? 'POST' : wanted
    const signals = method === 'POST' ? consent.offer() : null
    wire.ask(method, signals, (answer) => {
      if (signals !== null && answer !== null && !storeDown(answer)) consent.deliver(signals)
      if (!resting) adopt(answer, method, at, announce && !overdue)
      if (overdue && !consent.overdue) channel?.postMessage({ type: 'changed' })
    })
  }

  /** Does what is due, and comes back when the next thing is. */
  function tick(): void {
    env.clearTimeout(timer)
    store.expire()
    const { state, times } = store
    const now = env.now()
    let wake = times.expires
    const next = hold.by !== null || wire.inFlight !== null ? null : nextAsking()
    if (next !== null && next.at > now) wake = Math.min(wake, next.at)
    // A hidden tab asks for nothing: it re-reads when it is looked at again.
    else if (next !== null && env.document.visibilityState !== 'hidden') {
      if (next.idle) postAtIdle()
      else ask('POST')
    }
    if (wake < Number.POSITIVE_INFINITY) {
      timer = env.setTimeout(tick, Math.min(Math.ceil(wake - now) + 1, LONGEST_TIMER_MS))
    }

    function nextAsking() {
      if (consent.untold && consentMatters(state)) return { at: now, idle: false }
      return nextPost(state, times, pace.notBefore)
    }
  }

  function postAtIdle(): void {
    wire.atIdle(() => {
      if (wanting(store.state, store.times, env.now())) ask('POST')
    })
  }

  function currentToken(): UsableToken | null {
    if (store.expire()) tick()
    const { state } = store
    return state.status === 'available' ? { id: state.advertisingToken, source: state.source } : null
  }

  function unsettled(): boolean {
    const { state } = store
    return (
      state === LOADING ||
      wire.inFlight === 'GET' ||
      (wire.inFlight === 'POST' && tokenIn(state) === null && state.status !== 'unsupported')
    )
  }

  function settle(): void {
    if (!unsettled()) for (const resolve of waiting.splice(0)) resolve()
  }

  function wake(): void {
    if (hold.by !== null) return
    tick()
    ask('GET')
  }

  /** Nothing that is known or under way counts any more. */
  function drop(): void {
    wire.supersede()
    server.forget(env.now())
    env.clearTimeout(timer)
    if (!resting) store.reset()
  }

  /** Asks anew because of something that an answer under way cannot know of. */
  function reread(announce: boolean): void {
    hold.end()
    wire.supersede()
    ask('GET', announce)
  }

  /** A first word is told where it matters; another one may be a withdrawal, so all stops until it has been heard. */
  function consentSaid(changed: boolean): void {
    const busy = hold.by !== null
    if (changed && (busy || resting || store.state === LOADING || consentMatters(store.state)))
      consent.press()
    if (busy) return
    if (consent.overdue) {
      drop()
      channel?.postMessage({ type: 'cleared' })
      ask('POST')
    } else tick()
  }

  function hear(message: unknown): void {
    if (hold.by === 'mine' || typeof message !== 'object' || message === null || !('type' in message)) return
    if (message.type === 'cleared') {
      drop()
      hold.begin('theirs')
    } else if (message.type === 'changed' || (message.type === 'none' && tokenIn(store.answered) !== null)) {
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
        if (!resting) store.become(LOADING, env.now(), [])
        reread(true)
      },
    })
  }

  return {
    start(initial) {
      // The first answer may have been on its way since the page began to load: inline, or preloaded.
      const asked = deafen === null ? 0 : env.now()
      deafen ??= listen()
      consent.listen()
      const rested = resting
      resting = false
      if (rested) store.reset()
      const held = hold.by !== null
      const trust = initial && !rested && !consent.overdue ? server.trust(initial) : 'stale'
      // A page that was rendered while the act was under way may still have the token.
      if (initial && trust === 'use' && !(held && tokenIn(initial) !== null)) {
        const at = server.madeAt(initial, asked)
        wire.supersede()
        adopt(initial, 'GET', at)
      } else if (trust === 'stale' && !held) {
        ask('GET', true, asked)
      }
    },
    standDown() {
      deafen ??= listen()
      const at = env.now()
      resting = true
      drop()
      const lost = tokenIn(store.answered) !== null
      const next: PublicIdentity = { status: 'unsupported', reason: 'page', now: server.now }
      store.become(next, at, lost ? ['cleared'] : [])
      settle()
    },
    getSnapshot: () => store.state,
    subscribe: store.subscribe,
    on: store.on,
    currentToken,
    signals: () => consent.latest,
    settled: () => (unsettled() ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
    afterAuction() {
      const now = env.now()
      if (hold.by === null && pace.notBefore <= now && wanting(store.state, store.times, now)) postAtIdle()
    },
    clear(status) {
      const at = env.now()
      wire.supersede()
      env.clearTimeout(timer)
      hold.begin('mine')
      doubtful = false
      const next: PublicIdentity = { status, now: server.forget(at) }
      store.become(next, at, eventsBetween(store.answered, next, false))
      settle()
      channel?.postMessage({ type: 'cleared' })
      return () => {
        channel?.postMessage({ type: 'changed' })
        reread(false)
      }
    },
    renewed() {},
    recheck() {},
    get started() {
      return deafen !== null
    },
    stop() {
      wire.supersede()
      hold.end()
      env.clearTimeout(timer)
      deafen?.()
      consent.stop()
      channel?.close()
    },
  }
}

/** Then the server could not keep what it was told. */
function storeDown(answer: PublicIdentity): boolean {
  return answer.status === 'unavailable' && answer.reason === 'store'
}
