import type { PublicIdentity } from '../../identity/public-identity'
import { browserEnvironment, type TokenStoreEnvironment } from './environment'
import { createEvents } from './events'
import { type Post, requestIdentity } from './identity-request'
import type { Channel } from './page-window'
import type { RefreshScheduler } from './refresh-scheduler'
import { eventsBetween, LOADING, type TokenState, tokenIn } from './token-state'
import type { TokenStore } from './token-store-api'

/** Longer delays overflow a browser timer and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
const REQUEST_TIMEOUT_MS = 10_000
/** How long an act may take to reach the server before a tab asks regardless. */
const ACT_GRACE_MS = 3_000
const NEVER = Number.POSITIVE_INFINITY

/**
 * The one owner of the identity in a page. Channels hold copies and follow. Here is what the first token needs, and
 * what ends any token; what else a token needs while it lives is its scheduler's, who is loaded after it.
 */
export function createTokenStore(env: TokenStoreEnvironment = browserEnvironment()): TokenStore {
  const { window, now } = env
  const { on, fire } = createEvents(() => state)
  let channel: Channel | undefined
  try {
    channel = new (window.BroadcastChannel as NonNullable<typeof window.BroadcastChannel>)('uid2')
  } catch {
    // Missing, or refused, as Firefox does with cookies blocked: this tab is by itself.
  }
  const waiting: Array<() => void> = []
  let scheduler: RefreshScheduler | null = null
  let started = false
  /** The page shown is one without ads. */
  let resting = false

  let state = LOADING
  /** The last state that was an answer: what the ads on the page still reflect. */
  let answered = LOADING
  /** Something happened of which we know no more than that: the next token may be another reader's. */
  let doubtful = false
  let timer = 0

  /** The newest time that the server's clock is known to have shown. A page that is older is not believed; 0: unknown. */
  let serverNow = 0
  /** What makes a time of the server one of the page's clock. */
  let offset = 0

  /** The request under way. The answer to any other is not heard. */
  let asked: { readonly post: Post | null } | null = null
  /** What the server must have been told before an answer counts. */
  let demand: Post | null = null
  /** Until then an act is on its way to the server, which still tells of the old state; 0: none is. */
  let heldUntil = 0
  let actIsMine = false

  const momentOf = (serverTime: number) => serverTime + offset
  const expiryOf = (of: TokenState) => (of.status === 'available' ? momentOf(of.identityExpires) : NEVER)
  const refreshing = (): TokenState => ({ status: 'refreshing', now: serverNow })
  const tell = (type: 'cleared' | 'changed' | 'none') => channel?.postMessage({ type })

  function become(next: TokenState, events = eventsBetween(answered, next, doubtful)): void {
    state = next
    if (next !== LOADING) answered = next
    fire(events)
  }

  function expire(): void {
    if (expiryOf(state) <= now()) {
      become(refreshing(), ['expired'])
      // Where it has not come so far, nobody else would ask.
      withScheduler(() => {})
    }
  }

  /** `at`: a moment before which the server cannot have answered. Its travel does not prolong a token. */
  function adopt(answer: PublicIdentity, at: number, announce: boolean): void {
    let next: TokenState = scheduler?.keepNewer(answer, answered) ?? answer
    serverNow = answer.now
    offset = at - serverNow
    // A token that was dead on arrival is not one.
    if (expiryOf(next) <= now()) next = refreshing()
    const had = tokenIn(answered)
    const has = tokenIn(next)
    become(next)
    doubtful = false
    // What a message taught us is not told again: two tabs would never stop.
    if (!announce) return
    if (had && had !== has) tell('changed')
    // By way of a provider another reader may have signed in: no page of ours was there to tell of it.
    else if (!has) tell('none')
  }

  /** What came with the page, or what a request brought: null, when nothing that is of use. */
  function receive(answer: PublicIdentity | null, at: number, post: Post | null, announce: boolean): void {
    if (!resting) {
      if (answer) adopt(answer, at, announce)
      else {
        expire()
        // No answer ends no "no": only a state that hoped for a token gives up.
        if (state === LOADING || state.status === 'refreshing')
          become({ status: 'unavailable', reason: 'operator', now: serverNow })
      }
    }
    withScheduler((scheduler) => scheduler.note(answer, post))
    // The auction is blind until this is answered, so it does not wait for the scheduler.
    if (!scheduler && !post && state.status === 'refreshing' && window.document.visibilityState !== 'hidden')
      ask({})
    proceed()
  }

  /** At once, where the scheduler is there already. */
  function withScheduler(use: (scheduler: RefreshScheduler) => void): void {
    if (scheduler) use(scheduler)
    else
      env.loadScheduler((create) => {
        if (!started) return
        scheduler ??= create(env, { state: () => state, momentOf, become, ask, insist, proceed })
        use(scheduler)
        proceed()
      })
  }

  /** Without `wanted` a GET, unless the server must be told something first. */
  function ask(wanted: Post | null = null, announce = true, at = now()): void {
    if (!started || asked || heldUntil || (resting && !demand)) return
    const demanded = demand
    let post = demanded ?? wanted
    if (post) post = { ...post, ...scheduler?.owed() }
    const mine = { post }
    asked = mine
    window.setTimeout(() => take(null), REQUEST_TIMEOUT_MS)
    void requestIdentity(window, post).then(take)

    function take(answer: PublicIdentity | null): void {
      if (asked !== mine) return
      asked = null
      // One that says neither yes nor no settles nothing.
      if (answer && answer.status !== 'unavailable') demand = null
      receive(answer, at, post, announce && !demanded)
      if (demanded && !demand) tell('changed')
    }
  }

  /** Does what is due, and comes back when the next thing is. */
  function proceed(): void {
    window.clearTimeout(timer)
    expire()
    if (heldUntil && heldUntil <= now()) reread(false)
    const next = heldUntil || (!asked && scheduler?.keep()) || NEVER
    timer = window.setTimeout(proceed, Math.min(expiryOf(state) - now(), next - now(), LONGEST_TIMER_MS))
    // An auction waits for what is being read, and for a POST where that may bring a token.
    const mayGain = !tokenIn(state) && state.status !== 'unsupported'
    if (state === LOADING || (asked && (!asked.post || mayGain))) return
    for (const resolve of waiting.splice(0)) resolve()
  }

  /** Nothing that is under way counts any more, and no page that was rendered before this moment does. */
  function forget(): void {
    asked = null
    serverNow = serverNow ? now() - offset : NEVER
  }

  /** Back to before the first answer. */
  function drop(): void {
    forget()
    if (resting) return
    become(LOADING)
    answered = LOADING
  }

  function hold(mine: boolean): void {
    actIsMine = mine
    heldUntil = now() + ACT_GRACE_MS
    proceed()
  }

  /** Asks anew because of something that an answer under way cannot know of. */
  function reread(announce: boolean): void {
    heldUntil = 0
    asked = null
    ask(null, announce)
  }

  /**
   * The server has to be told `more`, and until it was, no answer of its counts. Only where that `matters` to the
   * state; behind an act, or a page without ads, there may be one to which it does. Null: of what it is owed already.
   */
  function insist(more: Post | null, matters: boolean): void {
    if (more && (matters || heldUntil || resting)) demand = { ...demand, ...more }
    if (heldUntil) return
    if (demand) {
      drop()
      tell('cleared')
      ask()
    } else proceed()
  }

  function hear({ data }: MessageEvent): void {
    const type = data?.type
    if (heldUntil && actIsMine) return
    if (type === 'cleared') {
      drop()
      hold(false)
    } else if (type === 'changed' || (type === 'none' && tokenIn(answered))) {
      doubtful = true
      reread(false)
    }
  }

  function restored(event: Event): void {
    // From the back/forward cache, with the memory that the page left with.
    if (!(event as PageTransitionEvent).persisted) return
    doubtful = true
    if (!resting) become(LOADING, [])
    reread(true)
  }

  if (channel) channel.onmessage = hear
  window.addEventListener('pageshow', restored)

  return {
    start(initial) {
      // The first answer may have been on its way since the page began to load: inline, or preloaded.
      const at = started ? now() : 0
      started = true
      if (window.__tcfapi || window.__gpp) withScheduler((scheduler) => scheduler.listen())
      const stale = !initial || resting || demand || initial.now < serverNow
      if (resting) {
        resting = false
        drop()
      }
      if (stale) ask(null, true, at)
      // The same again is no news; and one that was rendered while an act was under way may still have the token.
      else if (initial.now > serverNow && !(heldUntil && tokenIn(initial))) {
        asked = null
        // It may have been lying about.
        receive(initial, Math.min(at, momentOf(initial.now)), null, true)
      }
    },
    disableAds() {
      started = true
      resting = true
      forget()
      become(
        { status: 'unsupported', reason: 'page', now: serverNow },
        eventsBetween(answered, LOADING, doubtful),
      )
      proceed()
    },
    getSnapshot: () => state,
    subscribe: (listener) => on('changed', listener),
    on,
    currentToken() {
      if (expiryOf(state) <= now()) proceed()
      return state.status === 'available' ? { id: state.advertisingToken, source: state.source } : null
    },
    signals: () => scheduler?.signals() ?? null,
    settled: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        proceed()
      }),
    afterAuction: () => scheduler?.afterAuction(),
    clear(status) {
      forget()
      become({ status, now: serverNow })
      hold(true)
      tell('cleared')
      return () => {
        tell('changed')
        reread(false)
      }
    },
    renew: (fresh) => withScheduler((scheduler) => scheduler.renew(fresh)),
    recheck() {
      if (state.status === 'available' && state.identity) insist({ recheck: true }, true)
    },
    get started() {
      return started
    },
    stop() {
      started = false
      asked = null
      window.removeEventListener('pageshow', restored)
      channel?.close()
      scheduler?.stop()
    },
  }
}
