import type { PublicIdentity } from '../../identity/public-identity'
import {
  browserEnvironment,
  createTimer,
  joinTabs,
  requestIdentity,
  type TokenStoreEnvironment,
} from './browser'
import type { RefreshScheduler } from './refresh-scheduler'
import {
  eventsBetween,
  holdsAuction,
  isAwaiting,
  isOutdated,
  LOADING,
  type Message,
  mustRefetch,
  type PostInit,
  type TokenEvent,
  type TokenListener,
  type TokenState,
  type TokenStore,
} from './transitions'

/** How long a sign-out or choice may take to reach the server before a tab asks regardless. */
const SUSPENSION_MS = 3_000
const NEVER = Number.POSITIVE_INFINITY

/** What the page knows: the state, the server's clock, and who hears of a change. */
function createKnownState(now: () => number) {
  /** The browser reports a listener that throws, and calls the others all the same. */
  const events = new EventTarget()
  let latestEvent: TokenEvent | undefined
  let state: TokenState = LOADING
  /** The last state that was an answer: what the ads on the page still reflect. */
  let lastAnswer: TokenState = LOADING
  let readerMayDiffer = false
  /** The newest time that the server's clock is known to have shown. Older pages are ignored. 0: unknown. */
  let serverNow = 0
  /** Page time minus server time. 0: unknown. */
  let offset = 0

  const toPageTime = (serverTime: number) => serverTime + offset
  const expiryOf = (of: TokenState) => (of.status === 'available' ? toPageTime(of.identityExpires) : NEVER)
  const emit = (type: string) => events.dispatchEvent(new Event(type))

  /** `happened`: not what the change means by itself. Without any event the last answer stays what it was. */
  function setState(next: TokenState, happened?: TokenEvent[]): void {
    const all = happened ?? eventsBetween(lastAnswer, next, readerMayDiffer)
    if (!happened) readerMayDiffer = false
    if (!happened || next !== LOADING) lastAnswer = next
    state = next
    // Ad stacks follow the state before listeners act on an event.
    emit('changed')
    for (const event of all) {
      latestEvent = event
      emit(event)
    }
  }

  /** Drops the token once its time is over, and says whether it is. */
  function expire(): boolean {
    const isOver = expiryOf(state) <= now()
    if (isOver) setState({ status: 'refreshing', now: serverNow }, ['expired'])
    return isOver
  }

  return {
    state: () => state,
    lastAnswer: () => lastAnswer,
    serverNow: () => serverNow,
    toPageTime,
    setState,
    expiry: () => expiryOf(state),
    expire,
    on(event: TokenEvent | 'changed', listener: TokenListener): () => void {
      const call = () => listener(state)
      events.addEventListener(event, call)
      if (event === latestEvent || (event === 'available' && latestEvent === 'refreshed')) call()
      return () => events.removeEventListener(event, call)
    },
    /** `at`: no later than the server answered, so that travel does not prolong a token. Null: no usable answer. */
    accept(answer: PublicIdentity | null, at: number): void {
      if (answer) {
        serverNow = answer.now
        offset = at - serverNow
        setState(expiryOf(answer) <= now() ? { status: 'refreshing', now: serverNow } : answer)
      } else {
        expire()
        if (isAwaiting(state)) setState({ status: 'unavailable', reason: 'operator', now: serverNow })
      }
    },
    /** The next token may be another reader's. */
    doubtReader(): void {
      readerMayDiffer = true
    },
    /** Every page rendered before this moment, which it returns, is ignored. */
    outdate(): number {
      serverNow = offset ? now() - offset : NEVER
      return serverNow
    },
  }
}

/**
 * The one owner of the token in a page. Ad stacks hold copies and follow its events. Here is what the first token needs,
 * and whatever ends a token; keeping it fresh is refresh-scheduler.ts, loaded after the first answer.
 */
export function createTokenStore(env: TokenStoreEnvironment = browserEnvironment()): TokenStore {
  const { window, now } = env
  const {
    state,
    lastAnswer,
    serverNow,
    toPageTime,
    setState,
    expiry,
    expire,
    on,
    accept,
    doubtReader,
    outdate,
  } = createKnownState(now)
  const { update, settled } = createTimer(env, runDue, () => holdsAuction(state(), pending))
  const broadcast = joinTabs(window, onMessage)
  let mode: 'idle' | 'running' | 'no ads' = 'idle'
  /** While a sign-out or choice is in flight, in this tab (`here`) or another one, nothing is asked. */
  let suspension: { readonly until: number; readonly here: boolean } | null = null
  /** The request under way. The answer to any other is ignored. */
  let pending: { readonly post: PostInit | null } | null = null
  let scheduler: RefreshScheduler | null = null

  /** Loads it first if it is not there; it may come late, or never. */
  function withScheduler(run: (scheduler: RefreshScheduler) => void): void {
    if (scheduler) run(scheduler)
    else
      env.loadScheduler((create) => {
        const isPaused = () => Boolean(suspension) || mode !== 'running'
        const lent = { state, isPaused, toPageTime, setState, ask, restart, broadcast, update }
        scheduler ??= create(env, lent)
        run(scheduler)
        update()
      })
  }

  /** A GET without `wanted`, unless the server must be told something first. */
  function ask(wanted: PostInit | null = null, announce = true, at = now()): void {
    if (pending || suspension || (mode !== 'running' && !scheduler?.required())) return
    const post = scheduler ? scheduler.postFor(wanted) : wanted
    const mine = { post }
    pending = mine
    void requestIdentity(window, post).then((answer) => {
      if (pending === mine) handleAnswer(answer, at, post, announce)
    })
  }

  /** What came with the page, or what a request brought. Null: nothing usable. */
  function handleAnswer(
    answer: PublicIdentity | null,
    at: number,
    post: PostInit | null,
    announce: boolean,
  ): void {
    pending = null
    const before = lastAnswer()
    const newest = scheduler?.receive(answer, before) ?? answer
    if (mode === 'running') accept(newest, at)
    // Do not rebroadcast what a broadcast taught us: two tabs would loop.
    withScheduler((scheduler) => scheduler.handleAnswer(answer, post, announce && before))
    // The auction has no token until this is answered, so it does not wait for the scheduler.
    const isBlind = state().status === 'refreshing' && window.document.visibilityState !== 'hidden'
    if (isBlind && !scheduler && !post) ask({ method: 'POST' })
    update()
  }

  /** Returns when the next thing is due. */
  function runDue(): number {
    // If it is not loaded yet, nothing else would ask.
    if (expire()) withScheduler(() => {})
    if (suspension && suspension.until <= now()) refetch(false)
    return Math.min(expiry(), suspension?.until ?? scheduler?.run() ?? NEVER)
  }

  /** Ignores what is under way, and every page rendered before this moment. */
  function discard(): number {
    pending = null
    return outdate()
  }

  /** Back to before the first answer. */
  function reset(): void {
    discard()
    if (mode === 'running') setState(LOADING)
  }

  function suspend(here: boolean): void {
    suspension = { until: now() + SUSPENSION_MS, here }
    update()
  }

  /** Asks anew because of something that an answer under way cannot know of. */
  function refetch(announce: boolean): void {
    suspension = null
    pending = null
    ask(null, announce)
  }

  /** The server must be told something before an answer counts. */
  function restart(): void {
    if (suspension) return
    reset()
    broadcast('cleared')
    ask()
  }

  function onMessage(type: Message): void {
    if (suspension?.here) return
    if (type === 'cleared') {
      reset()
      suspend(false)
    } else if (mustRefetch(type, lastAnswer())) {
      doubtReader()
      refetch(false)
    }
  }

  // From the back/forward cache, with the memory that the page left with.
  window.addEventListener('pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return
    doubtReader()
    if (mode === 'running') setState(LOADING, [])
    refetch(true)
  })

  return {
    start(initial) {
      // The first answer may be as old as the page: inline, or preloaded.
      const at = mode === 'idle' ? 0 : now()
      const hadNoAds = mode === 'no ads'
      mode = 'running'
      const mustAsk = !initial || hadNoAds || scheduler?.required()
      if (hadNoAds) reset()
      if (mustAsk || isOutdated(initial, serverNow(), Boolean(suspension))) ask(null, true, at)
      // The same again is no news.
      else if (initial.now > serverNow())
        handleAnswer(initial, Math.min(at, toPageTime(initial.now)), null, true)
      if (window.__tcfapi || window.__gpp) withScheduler(update)
    },
    disableAds() {
      mode = 'no ads'
      setState(
        { status: 'unsupported', reason: 'page', now: discard() },
        eventsBetween(lastAnswer(), LOADING, false),
      )
      update()
    },
    getSnapshot: state,
    subscribe: (listener) => on('changed', listener),
    on,
    currentToken() {
      if (expiry() <= now()) update()
      const known = state()
      return known.status === 'available' ? { id: known.advertisingToken, source: known.source } : null
    },
    signals: () => scheduler?.signals() ?? null,
    settled,
    afterAuction: () => scheduler?.afterAuction(),
    clear(status) {
      setState({ status, now: discard() })
      suspend(true)
      broadcast('cleared')
      return () => {
        broadcast('changed')
        refetch(false)
      }
    },
    renew: (fresh) => withScheduler((scheduler) => scheduler.renew(fresh)),
    recheck() {
      // Only a token that the browser refreshes can be rechecked.
      if (!('identity' in state())) return
      // Until the server can be told, and if it never can, this page takes no token.
      suspension = { until: NEVER, here: true }
      setState({ status: 'refreshing', now: discard() })
      withScheduler((scheduler) => {
        if (suspension?.until === NEVER) suspension = null
        scheduler.recheck()
      })
    },
    isStarted: () => mode !== 'idle',
  }
}
