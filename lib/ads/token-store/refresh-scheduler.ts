import type { ConsentSignals, PublicIdentity } from '../../identity/public-identity'
import type { Post, RefreshedToken, TokenEvent, TokenState } from './transitions'

const NEVER = Number.POSITIVE_INFINITY
/** An auction that needs a due token goes first; this is how long the refresh waits for it. */
const AUCTION_GRACE_MS = 5_000
/** Even after a good answer: a server may hand out tokens that are due at once. */
const MIN_POST_INTERVAL_MS = 1_000
const FIRST_RETRY_MS = 30_000
const LAST_RETRY_MS = 15 * 60_000

export interface SchedulerEnvironment {
  window: SchedulerWindow
  /** Ms since the page began to load, never backwards. Not the wall clock: a reader's may be wrong by a day. */
  now(): number
}

/** A page's window, as far as it is used. */
export interface SchedulerWindow extends Pick<EventTarget, 'addEventListener'> {
  readonly document: Pick<EventTarget, 'addEventListener'> & { readonly visibilityState: string }
  /** Safari has none. */
  requestIdleCallback?(run: () => void, options: { timeout: number }): unknown
  setTimeout(run: () => void, ms: number): unknown
}

/** What the token store lends to its scheduler. */
export interface Store {
  state(): TokenState
  toPageTime(serverTime: number): number
  ask(post?: Post): void
  setState(next: TokenState, events: TokenEvent[]): void
  requireServerAck(more: Post | null, matters: boolean): void
  update(): void
}

/** What the page's consent platform says, and how much of it the server has acknowledged. */
interface ConsentSync {
  readonly latest: ConsentSignals | null
  readonly unsent: boolean
  listen(): void
  /** What a POST takes along; nothing if the server has it. */
  takeUnsent(): Post
  acknowledge(signals: ConsentSignals): void
  /** The server did not take them. */
  retry(): void
  /** The next reader has told the server nothing. */
  forget(): void
}

export type CreateConsentSync = (
  window: SchedulerWindow,
  onSignals: (changed: boolean) => void,
  ended: AbortSignal,
) => ConsentSync

/** A page without a consent platform. */
const noConsentSync: CreateConsentSync = () => ({
  latest: null,
  unsent: false,
  listen() {},
  takeUnsent: () => ({}),
  acknowledge() {},
  retry() {},
  forget() {},
})

export type RefreshScheduler = ReturnType<typeof createScheduler>

/** Keeps the token fresh while the page lives, and tells the server what the consent platform says. */
export function createScheduler(
  { window, now }: SchedulerEnvironment,
  store: Store,
  consentSync = noConsentSync,
) {
  const backoff = createBackoff()
  const ended = new AbortController()
  const { signal } = ended
  const consent = consentSync(window, onSignals, signal)
  /** When we learned of the answer that the state shows. */
  let answeredAt = 0
  let isIdleScheduled = false
  /** The server was told what the consent platform says, and has not taken it. */
  let isUntaken = false

  const isVisible = () => window.document.visibilityState !== 'hidden'
  const due = () => store.toPageTime(dueTimeOf(store.state()))
  const needsRefresh = () => isRefreshDue(store.state(), due(), now())

  function postWhenIdle(): void {
    if (isIdleScheduled) return
    isIdleScheduled = true
    whenIdle(window, () => {
      isIdleScheduled = false
      if (needsRefresh()) store.ask({})
    })
  }

  /** The first signals are sent if they matter. Changed ones may be a withdrawal: all stops until the server has them. */
  function onSignals(changed: boolean): void {
    const state = store.state()
    store.requireServerAck(changed ? {} : null, state.status === 'loading' || consentMatters(state))
    notify()
  }

  /** For those who wait for the signals, which are no part of the state. */
  const notify = () => store.setState(store.state(), [])

  function wake(): void {
    store.update()
    store.ask()
  }

  // Timers sleep with the tab and the device; these are the moments at which time may have passed.
  window.document.addEventListener('visibilitychange', () => isVisible() && wake(), { signal })
  window.addEventListener(
    'online',
    () => {
      backoff.reset()
      wake()
    },
    { signal },
  )

  return {
    /** What `post` was answered (null: a GET, or the page itself). The store's state follows the answer already. */
    handleAnswer(answer: PublicIdentity | null, post: Post | null): void {
      const state = store.state()
      if (answer !== null) answeredAt = now()
      if (post?.signals) {
        isUntaken = answer === null || isStoreDown(answer)
        if (isUntaken) consent.retry()
        else consent.acknowledge(post.signals)
        notify()
      }
      if (state.status === 'signed_out') consent.forget()
      backoff.record(
        {
          posted: post !== null,
          failed: answer === null,
          // Asked a moment too early by the server's clock is no failure: our due time is early by the answer's travel.
          needsRefresh: needsRefresh() && !(answer !== null && isNotYetDue(answer)),
          unavailable: state.status === 'unavailable',
        },
        now(),
      )
      // What the server has not taken may be a withdrawal.
      if (post?.signals && isUntaken && state.status === 'available') store.requireServerAck({}, true)
    },
    /** Does what is due, and returns the moment at which the next thing is. */
    run(): number {
      consent.listen()
      const state = store.state()
      const isTold = !consent.unsent || !consentMatters(state)
      const tellAt = isUntaken && state.status !== 'available' ? backoff.notBefore : now()
      const next = isTold
        ? nextPost(state, due(), answeredAt, backoff.notBefore)
        : { at: tellAt, whenIdle: false }
      if (next === null) return NEVER
      if (next.at > now()) return next.at
      // A hidden tab asks for nothing: it asks when it becomes visible.
      if (isVisible()) {
        if (next.whenIdle) postWhenIdle()
        else store.ask({})
      }
      return NEVER
    },
    afterAuction(): void {
      if (backoff.notBefore <= now() && needsRefresh()) postWhenIdle()
    },
    /** A consent platform may come late, so each page tries again. */
    listen: () => consent.listen(),
    signals: () => consent.latest,
    unsentSignals: () => consent.takeUnsent(),
    renew({ advertisingToken, identityExpires, refreshFrom }: RefreshedToken): void {
      const state = store.state()
      if (state.status !== 'available' || !state.identity || advertisingToken === state.advertisingToken)
        return
      const ends = store.toPageTime(identityExpires)
      if (!(ends > store.toPageTime(state.identityExpires) && ends > now())) return
      store.setState({ ...state, advertisingToken, identityExpires, refreshFrom }, ['refreshed'])
    },
    keepNewer,
    stop: () => ended.abort(),
  }
}

/** When this state's token is due, in server time; never, if only the reader or something else refreshes. */
function dueTimeOf(state: TokenState): number {
  // The browser's own refresher has all that it needs, and tells us.
  if (state.status === 'available' && state.identity) return NEVER
  return state.status === 'available' || state.status === 'withheld' ? state.refreshFrom : NEVER
}

/** The next `POST /api/identity` that this state calls for; null: none. All in page time. */
function nextPost(state: TokenState, due: number, answeredAt: number, notBefore: number) {
  switch (state.status) {
    case 'available':
    case 'withheld':
      return {
        at: Math.max(due > answeredAt ? due : answeredAt + AUCTION_GRACE_MS, notBefore),
        whenIdle: true,
      }
    case 'refreshing':
      // The auction has no token until this is answered, so it does not wait for an idle moment.
      return { at: notBefore, whenIdle: false }
    case 'unavailable':
      return { at: notBefore, whenIdle: true }
    default:
      return null
  }
}

const isRefreshDue = (state: TokenState, due: number, now: number): boolean =>
  state.status === 'refreshing' || state.status === 'unavailable' || due <= now

/** The server, when it answered, had no refresh to make yet. */
const isNotYetDue = (answer: PublicIdentity): boolean =>
  (answer.status === 'available' || answer.status === 'withheld') && answer.refreshFrom > answer.now

/** Then the server could not keep what it was told. */
const isStoreDown = (answer: PublicIdentity): boolean =>
  answer.status === 'unavailable' && answer.reason === 'store'

/** Whether a consent platform's signals can change this status. If it is a refusal for another reason, they are not sent. */
export function consentMatters(state: TokenState): boolean {
  return (
    ['available', 'withheld', 'refreshing', 'unavailable'].includes(state.status) ||
    (state.status === 'unsupported' && (state.reason === 'gdpr' || state.reason === 'consent'))
  )
}

/**
 * Under client hand-off the browser refreshes by itself, so the server may know an older token. An answer with the token
 * that the browser's one was made of says nothing new about it.
 */
function keepNewer(answer: PublicIdentity, known: TokenState): PublicIdentity {
  if (answer.status !== 'available' || known.status !== 'available' || !answer.identity) return answer
  if (answer.identity.advertising_token !== known.identity?.advertising_token) return answer
  const { advertisingToken, identityExpires, refreshFrom } = known
  return { ...answer, advertisingToken, identityExpires, refreshFrom }
}

/** At an idle moment, within two seconds; soon, if the browser does not tell (Safari does not, others may throw). */
export function whenIdle(
  window: Pick<SchedulerWindow, 'requestIdleCallback' | 'setTimeout'>,
  run: () => void,
): void {
  try {
    if (window.requestIdleCallback) return void window.requestIdleCallback(run, { timeout: 2_000 })
  } catch {
    // An extension may replace it by one that throws.
  }
  window.setTimeout(run, 200)
}

/** What became of a request. `needsRefresh`, `unavailable`: of the state after it. */
type Outcome = Record<'posted' | 'failed' | 'needsRefresh' | 'unavailable', boolean>

/** When the next POST may go out at the earliest. */
function createBackoff() {
  let notBefore = 0
  let failures = 0

  return {
    get notBefore() {
      return notBefore
    },
    /** The network is back: what failed before says nothing. */
    reset(): void {
      notBefore = 0
    },
    record({ posted, failed, needsRefresh, unavailable }: Outcome, now: number): void {
      if (!needsRefresh && !failed) failures = 0
      const tried = posted || (unavailable && notBefore <= now)
      if (posted) notBefore = now + MIN_POST_INTERVAL_MS
      if (failed || (needsRefresh && tried)) {
        failures += 1
        notBefore = now + retryDelay(failures)
      }
    },
  }
}

/** After a failure 30 s, doubled each time, at most 15 minutes. */
export const retryDelay = (failures: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS)
