import type { PublicIdentity } from '../../identity/public-identity'
import type {
  ConsentSync,
  CreateConsentSync,
  LentStore,
  Message,
  Post,
  PostInit,
  RefreshedToken,
  SchedulerEnvironment,
  SchedulerWindow,
  TokenState,
} from './transitions'

const NEVER = Number.POSITIVE_INFINITY
/** An auction that needs a due token goes first; this is how long the refresh waits for it. */
const AUCTION_GRACE_MS = 5_000
/** Even after a good answer: a server may hand out tokens that are due at once. */
const MIN_POST_INTERVAL_MS = 1_000
const FIRST_RETRY_MS = 30_000
const LAST_RETRY_MS = 15 * 60_000
const PLAIN_POST: PostInit = { method: 'POST' }

export type RefreshScheduler = ReturnType<typeof createScheduler>

/** Keeps the token fresh while the page lives. `createConsentSync`: for pages with a consent platform. */
export function createScheduler(
  { window, now }: SchedulerEnvironment,
  store: LentStore,
  createConsentSync?: CreateConsentSync,
) {
  const backoff = createBackoff()
  const consent = createConsentSync?.(window, onSignals)
  const posts = createPosts(store, consent)
  /** When we learned of the answer that the state shows. */
  let answeredAt = 0
  let isIdleScheduled = false

  const isVisible = () => window.document.visibilityState !== 'hidden'
  const due = () => store.toPageTime(dueTimeOf(store.state()))
  const needsRefresh = () => isRefreshDue(store.state(), due(), now())

  function postWhenIdle(): void {
    if (isIdleScheduled) return
    isIdleScheduled = true
    whenIdle(window, () => {
      isIdleScheduled = false
      if (needsRefresh()) store.ask(PLAIN_POST)
    })
  }

  /** The first signals are sent if they matter. Changed ones may be a withdrawal: all stops until the server has them. */
  function onSignals(changed: boolean): void {
    const state = store.state()
    // While answers are ignored, they may matter to the next state.
    const matters = state.status === 'loading' || consentMatters(state) || store.isPaused()
    if (changed && matters) posts.require({})
    else if (posts.required()) store.restart()
    else store.update()
    notify(store)
  }

  function wake(): void {
    store.update()
    store.ask()
  }

  // Timers sleep with the tab and the device; these are the moments at which time may have passed.
  window.document.addEventListener('visibilitychange', () => isVisible() && wake())
  window.addEventListener('online', () => {
    backoff.reset()
    wake()
  })

  return {
    required: posts.required,
    postFor: posts.postFor,
    receive: posts.receive,
    /** Once the state follows the answer. `post`: what was answered; null: a GET, or a page. `before`: see `tellTabs`. */
    handleAnswer(answer: PublicIdentity | null, post: PostInit | null, before: TokenState | false): void {
      if (answer !== null) answeredAt = now()
      const isRefused = post !== null && posts.acknowledge(answer)
      const { status } = store.state()
      if (status === 'signed_out') consent?.forget()
      backoff.record(
        {
          posted: post !== null,
          failed: answer === null,
          // Asked a moment too early by the server's clock is no failure: our due time is early by the answer's travel.
          needsRefresh: needsRefresh() && !(answer !== null && isNotYetDue(answer)),
          unavailable: status === 'unavailable',
        },
        now(),
      )
      posts.tellTabs(answer, before)
      // What the server has not taken may be a withdrawal.
      if (isRefused && status === 'available') posts.require({})
    },
    /** Does what is due, and returns the moment at which the next thing is. */
    run(): number {
      // A consent platform may come late, so this tries again each time.
      consent?.listen()
      const state = store.state()
      const isTold = !consent?.unsent || !consentMatters(state)
      const tellAt = posts.isUntaken() && state.status !== 'available' ? backoff.notBefore : now()
      const next = isTold
        ? nextPost(state, due(), answeredAt, backoff.notBefore)
        : { at: tellAt, whenIdle: false }
      if (next === null) return NEVER
      if (next.at > now()) return next.at
      // A hidden tab asks for nothing: it asks when it becomes visible.
      if (isVisible()) {
        if (next.whenIdle) postWhenIdle()
        else store.ask(PLAIN_POST)
      }
      return NEVER
    },
    afterAuction(): void {
      if (backoff.notBefore <= now()) postWhenIdle()
    },
    signals: () => consent?.latest ?? null,
    recheck: () => posts.require({ recheck: true }),
    renew({ advertisingToken, identityExpires, refreshFrom }: RefreshedToken): void {
      const state = store.state()
      if (state.status !== 'available' || !state.identity || advertisingToken === state.advertisingToken)
        return
      const ends = store.toPageTime(identityExpires)
      if (!(ends > store.toPageTime(state.identityExpires) && ends > now())) return
      store.setState({ ...state, advertisingToken, identityExpires, refreshFrom }, ['refreshed'])
    },
  }
}

/** What the server is told by POST, and how much of it the server has acknowledged. */
function createPosts(store: LentStore, consent: ConsentSync | undefined) {
  /** The server must acknowledge this before an answer counts. */
  let required: Post | null = null
  /** What was answered last had to be acknowledged. */
  let wasRequired = false
  /** The body of the request under way. */
  let sent: Post = {}
  /** The server was told what the consent platform says, and has not taken it. */
  let isUntaken = false

  return {
    required: () => required !== null,
    isUntaken: () => isUntaken,
    require(more: Post): void {
      required = { ...required, ...more }
      store.restart()
    },
    /** What is sent instead of `wanted`; null: a GET. */
    postFor(wanted: PostInit | null): PostInit | null {
      if (required === null && wanted === null) return null
      const signals = consent?.unsent
      sent = { ...required, ...(signals && { signals }) }
      const body = JSON.stringify(sent)
      return body === '{}'
        ? PLAIN_POST
        : { ...PLAIN_POST, headers: { 'content-type': 'application/json' }, body }
    },
    /** Before the state follows the answer. Returns what it is to follow. */
    receive(answer: PublicIdentity | null, known: TokenState): PublicIdentity | null {
      wasRequired = required !== null
      // `unavailable` does not say whether the server took what it was told.
      if (answer !== null && answer.status !== 'unavailable') required = null
      return answer && keepNewer(answer, known)
    },
    /** The answer to a POST. Returns whether that carried signals which the server did not take. */
    acknowledge(answer: PublicIdentity | null): boolean {
      const { signals } = sent
      if (signals === undefined) return false
      // Without its store the server cannot keep what it was told.
      isUntaken = answer === null || (answer.status === 'unavailable' && answer.reason === 'store')
      if (!isUntaken) consent?.acknowledge(signals)
      notify(store)
      return isUntaken
    },
    /** `before`: the state before the answer; false if another tab told us to ask, or they loop. */
    tellTabs(answer: PublicIdentity | null, before: TokenState | false): void {
      const message = wasRequired
        ? required === null && 'changed'
        : answer && before && messageAbout(before, store.state())
      if (message) store.broadcast(message)
    },
  }
}

/** For those who wait for the signals, which are no part of the state. */
const notify = (store: LentStore) => store.setState(store.state(), [])

/** What other tabs are told of an answer. */
export function messageAbout(before: TokenState, after: TokenState): Message | null {
  const had = before.status === 'available' && before.advertisingToken
  const has = after.status === 'available' && after.advertisingToken
  if (had && had !== has) return 'changed'
  // A reader may have signed in at a provider, where none of our pages could tell the other tabs.
  return has ? null : 'none'
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
    /** What became of a request. `needsRefresh`, `unavailable`: of the state after it. */
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
