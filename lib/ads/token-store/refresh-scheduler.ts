import type { PublicIdentity } from '../../identity/public-identity'
import { whenIdle } from '../browser-apis'
import { createBackoff } from './backoff'
import type { Signals } from './consent-platform'
import { createConsentSync } from './consent-sync'
import type { Post } from './identity-request'
import type { PageEnvironment } from './page-window'
import { consentMatters, dueTimeOf, isWanting, keepNewer, nextPost, notYetDue } from './refresh-rule'
import type { TokenEvent, TokenState } from './token-state'
import type { RefreshedToken } from './token-store-api'

/** What the token store lends to its scheduler. */
interface Core {
  state(): TokenState
  /** A time of the server, on the page's clock. */
  momentOf(serverTime: number): number
  ask(post?: Post): void
  become(next: TokenState, events: TokenEvent[]): void
  insist(more: Post | null, matters: boolean): void
  proceed(): void
}

export interface RefreshScheduler {
  /** What `post`, or a GET or the page without one, was answered; null: not at all. The state follows it already. */
  note(answer: PublicIdentity | null, post: Post | null): void
  /** Does what is due, and returns the moment at which the next thing is. */
  keep(): number
  afterAuction(): void
  /** A consent platform may come late, so each page tries again. */
  listen(): void
  signals(): Signals | null
  /** What any POST takes along. */
  owed(): Post
  renew(fresh: RefreshedToken): void
  keepNewer: typeof keepNewer
  stop(): void
}

/** Keeps the token fresh while the page lives, and the server up to date with the consent platform. */
export function createScheduler({ window, now }: PageEnvironment, core: Core): RefreshScheduler {
  const backoff = createBackoff()
  const ended = new AbortController()
  const { signal } = ended
  const consent = createConsentSync(window, consentSaid, signal)
  /** When we learned of the answer that the state shows. */
  let seen = 0
  let idling = false
  /** The server was told what the consent platform says, and has not taken it. */
  let untaken = false

  const isSeen = () => window.document.visibilityState !== 'hidden'
  const due = () => core.momentOf(dueTimeOf(core.state()))
  const wants = () => isWanting(core.state(), due(), now())

  function postAtIdle(): void {
    if (idling) return
    idling = true
    const run = () => {
      idling = false
      if (wants()) core.ask({})
    }
    whenIdle(window, run)
  }

  /** A first word is told where it matters; another one may be a withdrawal, so all stops until it has been heard. */
  function consentSaid(changed: boolean): void {
    const state = core.state()
    core.insist(changed ? {} : null, state.status === 'loading' || consentMatters(state))
    notify()
  }

  /** Those who wait for what a platform says: it is no part of the state. */
  const notify = () => core.become(core.state(), [])

  function wake(): void {
    core.proceed()
    core.ask()
  }

  // Timers sleep with the tab and the device; these are the moments at which time may have passed.
  window.document.addEventListener('visibilitychange', () => isSeen() && wake(), { signal })
  window.addEventListener(
    'online',
    () => {
      backoff.lift()
      wake()
    },
    { signal },
  )

  return {
    note(answer, post) {
      const state = core.state()
      if (answer !== null) seen = now()
      if (post?.signals) {
        untaken = answer === null || isStoreDown(answer)
        if (untaken) consent.retry()
        else consent.deliver(post.signals)
        notify()
      }
      if (state.status === 'signed_out') consent.forget()
      backoff.note(
        {
          posted: post !== null,
          failed: answer === null,
          // Asked a moment too early by the server's own clock is no failure: our due is early by an answer's travel.
          wants: wants() && !(answer !== null && notYetDue(answer)),
          unavailable: state.status === 'unavailable',
        },
        now(),
      )
      // What the server has not taken may be a withdrawal.
      if (post?.signals && untaken && state.status === 'available') core.insist({}, true)
    },
    keep() {
      consent.listen()
      const state = core.state()
      const told = !consent.untold || !consentMatters(state)
      const tellAt = untaken && state.status !== 'available' ? backoff.notBefore : now()
      const next = told ? nextPost(state, due(), seen, backoff.notBefore) : { at: tellAt, idle: false }
      if (next === null) return Number.POSITIVE_INFINITY
      if (next.at > now()) return next.at
      // A hidden tab asks for nothing: it re-reads when it is looked at again.
      if (isSeen()) {
        if (next.idle) postAtIdle()
        else core.ask({})
      }
      return Number.POSITIVE_INFINITY
    },
    afterAuction() {
      if (backoff.notBefore <= now() && wants()) postAtIdle()
    },
    listen: consent.listen,
    signals: () => consent.latest,
    owed: () => consent.offer(),
    renew({ advertisingToken, identityExpires, refreshFrom }) {
      const state = core.state()
      if (state.status !== 'available' || !state.identity || advertisingToken === state.advertisingToken)
        return
      const ends = core.momentOf(identityExpires)
      if (!(ends > core.momentOf(state.identityExpires) && ends > now())) return
      core.become({ ...state, advertisingToken, identityExpires, refreshFrom }, ['refreshed'])
    },
    keepNewer,
    stop: () => ended.abort(),
  }
}

/** Then the server could not keep what it was told. */
function isStoreDown(answer: PublicIdentity): boolean {
  return answer.status === 'unavailable' && answer.reason === 'store'
}
