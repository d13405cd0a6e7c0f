import type { PublicIdentity } from '../../identity/public-identity'
import { browserEnvironment, type Channel, requestIdentity, type TokenStoreEnvironment } from './browser'
import type { RefreshScheduler } from './refresh-scheduler'
import {
  eventsBetween,
  holdsAuction,
  isAwaiting,
  isNews,
  LOADING,
  type Message,
  messageAbout,
  mustRefetch,
  type Post,
  type TokenEvent,
  type TokenListener,
  type TokenState,
  type TokenStore,
} from './transitions'

/** Longer delays overflow a browser timer and fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1
const REQUEST_TIMEOUT_MS = 10_000
/** How long a sign-out or choice may take to reach the server before a tab asks regardless. */
const SUSPENSION_MS = 3_000
const NEVER = Number.POSITIVE_INFINITY

/**
 * The one owner of the token in a page. Ad stacks hold copies and follow its events. Here is what the first token needs,
 * and whatever ends a token; keeping it fresh is refresh-scheduler.ts, loaded after the first answer.
 */
export function createTokenStore(env: TokenStoreEnvironment = browserEnvironment()): TokenStore {
  const { window, now } = env
  /** The browser reports a listener that throws, and calls the others all the same. */
  const events = new EventTarget()
  let latestEvent: TokenEvent | undefined
  let channel: Channel | undefined
  try {
    channel = new (window.BroadcastChannel as NonNullable<typeof window.BroadcastChannel>)('uid2')
  } catch {
    // Missing, or refused, as Firefox does with cookies blocked: this tab is by itself.
  }
  const waiting: Array<() => void> = []
  let scheduler: RefreshScheduler | null = null
  let timer = 0
  let state = LOADING
  /** The last state that was an answer: what the ads on the page still reflect. */
  let lastAnswer = LOADING
  let readerMayDiffer = false
  /** The newest time that the server's clock is known to have shown. Older pages are ignored. 0: unknown. */
  let serverNow = 0
  /** Page time minus server time. */
  let offset = 0
  let started = false
  let adsDisabled = false
  /** Ignore answers until then: a sign-out or choice is in flight. 0: none is. */
  let suspendedUntil = 0
  let suspendedHere = false
  /** The request under way. The answer to any other is ignored. */
  let pending: { readonly post: Post | null } | null = null
  /** The server must acknowledge this before an answer counts. */
  let requiredPost: Post | null = null
  const toPageTime = (serverTime: number) => serverTime + offset
  const expiryOf = (of: TokenState) => (of.status === 'available' ? toPageTime(of.identityExpires) : NEVER)
  const broadcast = (type: Message) => channel?.postMessage({ type })
  const emit = (type: string) => events.dispatchEvent(new Event(type))

  function on(event: TokenEvent | 'changed', listener: TokenListener): () => void {
    const call = () => listener(state)
    events.addEventListener(event, call)
    if (event === latestEvent || (event === 'available' && latestEvent === 'refreshed')) call()
    return () => events.removeEventListener(event, call)
  }

  function setState(next: TokenState, happened = eventsBetween(lastAnswer, next, readerMayDiffer)): void {
    state = next
    if (next !== LOADING) lastAnswer = next
    // Ad stacks follow the state before listeners act on an event.
    emit('changed')
    for (const event of happened) {
      latestEvent = event
      emit(event)
    }
  }

  function expire(): void {
    if (expiryOf(state) <= now()) {
      setState({ status: 'refreshing', now: serverNow }, ['expired'])
      // If it is not loaded yet, nothing else would ask.
      withScheduler(() => {})
    }
  }

  /** `at`: no later than the server answered, so that travel does not prolong a token. */
  function accept(answer: PublicIdentity, at: number, announce: boolean): void {
    const before = lastAnswer
    let next: TokenState = scheduler?.keepNewer(answer, before) ?? answer
    serverNow = answer.now
    offset = at - serverNow
    if (expiryOf(next) <= now()) next = { status: 'refreshing', now: serverNow }
    setState(next)
    readerMayDiffer = false
    const message = messageAbout(before, next)
    // Do not rebroadcast what a broadcast taught us: two tabs would loop.
    if (announce && message) broadcast(message)
  }

  /** What came with the page, or what a request brought: null if nothing usable. */
  function handleAnswer(
    answer: PublicIdentity | null,
    at: number,
    post: Post | null,
    announce: boolean,
  ): void {
    if (!adsDisabled) {
      if (answer) accept(answer, at, announce)
      else {
        expire()
        if (isAwaiting(state)) setState({ status: 'unavailable', reason: 'operator', now: serverNow })
      }
    }
    withScheduler((scheduler) => scheduler.handleAnswer(answer, post))
    // The auction has no token until this is answered, so it does not wait for the scheduler.
    const isBlind = state.status === 'refreshing' && window.document.visibilityState !== 'hidden'
    if (isBlind && !scheduler && !post) ask({})
    update()
  }

  function withScheduler(run: (scheduler: RefreshScheduler) => void): void {
    if (scheduler) run(scheduler)
    else
      env.loadScheduler((create) => {
        if (!started) return
        scheduler ??= create(env, { state: () => state, toPageTime, setState, ask, requireServerAck, update })
        run(scheduler)
        update()
      })
  }

  /** A GET without `wanted`, unless the server must be told something first. */
  function ask(wanted: Post | null = null, announce = true, at = now()): void {
    if (!started || pending || suspendedUntil || (adsDisabled && !requiredPost)) return
    const required = requiredPost
    let post = required ?? wanted
    if (post) post = { ...post, ...scheduler?.unsentSignals() }
    const mine = { post }
    pending = mine
    window.setTimeout(() => finish(null), REQUEST_TIMEOUT_MS)
    void requestIdentity(window, post).then(finish)

    function finish(answer: PublicIdentity | null): void {
      if (pending !== mine) return
      pending = null
      // `unavailable` does not say whether the server took what it was told.
      if (answer && answer.status !== 'unavailable') requiredPost = null
      handleAnswer(answer, at, post, announce && !required)
      if (required && !requiredPost) broadcast('changed')
    }
  }

  /** Does what is due, and sets the timer for what is due next. */
  function update(): void {
    window.clearTimeout(timer)
    expire()
    if (suspendedUntil && suspendedUntil <= now()) refetch(false)
    const next = suspendedUntil || (!pending && scheduler?.run()) || NEVER
    timer = window.setTimeout(update, Math.min(expiryOf(state) - now(), next - now(), LONGEST_TIMER_MS))
    if (!holdsAuction(state, pending)) for (const resolve of waiting.splice(0)) resolve()
  }

  /** Ignores what is under way, and every page rendered before this moment. */
  function discard(): void {
    pending = null
    serverNow = serverNow ? now() - offset : NEVER
  }

  /** Back to before the first answer. */
  function reset(): void {
    discard()
    if (adsDisabled) return
    setState(LOADING)
    lastAnswer = LOADING
  }

  function suspend(here: boolean): void {
    suspendedHere = here
    suspendedUntil = now() + SUSPENSION_MS
    update()
  }

  /** Asks anew because of something that an answer under way cannot know of. */
  function refetch(announce: boolean): void {
    suspendedUntil = 0
    pending = null
    ask(null, announce)
  }

  /** Sends `more` (null: what is unsent) and ignores answers until it is acknowledged, if that `matters` to the state. */
  function requireServerAck(more: Post | null, matters: boolean): void {
    // While suspended or without ads it may matter to the next state.
    if (more && (matters || suspendedUntil || adsDisabled)) requiredPost = { ...requiredPost, ...more }
    if (suspendedUntil) return
    if (requiredPost) {
      reset()
      broadcast('cleared')
      ask()
    } else update()
  }

  function onMessage({ data }: MessageEvent): void {
    if (suspendedUntil && suspendedHere) return
    if (data?.type === 'cleared') {
      reset()
      suspend(false)
    } else if (mustRefetch(data?.type, lastAnswer)) {
      readerMayDiffer = true
      refetch(false)
    }
  }

  /** From the back/forward cache, with the memory that the page left with. */
  function onPageShow(event: Event): void {
    if (!(event as PageTransitionEvent).persisted) return
    readerMayDiffer = true
    if (!adsDisabled) setState(LOADING, [])
    refetch(true)
  }

  if (channel) channel.onmessage = onMessage
  window.addEventListener('pageshow', onPageShow)
  return {
    start(initial) {
      // The first answer may be as old as the page: inline, or preloaded.
      const at = started ? now() : 0
      started = true
      if (window.__tcfapi || window.__gpp) withScheduler((scheduler) => scheduler.listen())
      const stale = !initial || adsDisabled || requiredPost || initial.now < serverNow
      if (adsDisabled) {
        adsDisabled = false
        reset()
      }
      if (stale) ask(null, true, at)
      else if (isNews(initial, serverNow, suspendedUntil > 0)) {
        pending = null
        handleAnswer(initial, Math.min(at, toPageTime(initial.now)), null, true)
      }
    },
    disableAds() {
      started = adsDisabled = true
      discard()
      setState(
        { status: 'unsupported', reason: 'page', now: serverNow },
        eventsBetween(lastAnswer, LOADING, readerMayDiffer),
      )
      update()
    },
    getSnapshot: () => state,
    subscribe: (listener) => on('changed', listener),
    on,
    currentToken() {
      if (expiryOf(state) <= now()) update()
      return state.status === 'available' ? { id: state.advertisingToken, source: state.source } : null
    },
    signals: () => scheduler?.signals() ?? null,
    settled: () =>
      new Promise((resolve) => {
        waiting.push(resolve)
        update()
      }),
    afterAuction: () => scheduler?.afterAuction(),
    clear(status) {
      discard()
      setState({ status, now: serverNow })
      suspend(true)
      broadcast('cleared')
      return () => {
        broadcast('changed')
        refetch(false)
      }
    },
    renew: (fresh) => withScheduler((scheduler) => scheduler.renew(fresh)),
    recheck() {
      if (state.status === 'available' && state.identity) requireServerAck({ recheck: true }, true)
    },
    get started() {
      return started
    },
    stop() {
      started = false
      pending = null
      window.removeEventListener('pageshow', onPageShow)
      channel?.close()
      scheduler?.stop()
    },
  }
}
