import type { PublicIdentity } from '../../identity/public-identity'
import { whenIdle } from '../browser-apis'
import { createConsentNews } from './consent-news'
import type { Signals } from './consent-platform'
import type { RenewedToken } from './handoff-api'
import type { HandoffEvent, HandoffState } from './handoff-state'
import type { PageEnvironment } from './handoff-window'
import type { Post } from './identity-api'
import { createPace } from './pace'
import { consentMatters, dueTimeOf, isWanting, keepRenewed, nextPost, notYetDue } from './refresh-rule'

/** What the hand-off lends to its keeper. */
interface Core {
  state(): HandoffState
  /** A time of the server, on the page's clock. */
  momentOf(serverTime: number): number
  ask(post?: Post): void
  become(next: HandoffState, events: HandoffEvent[]): void
  insist(more: Post | null, matters: boolean): void
  proceed(): void
}

export interface Keeper {
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
  renewed(fresh: RenewedToken): void
  keepRenewed: typeof keepRenewed
  stop(): void
}

/** Keeps the token fresh while the page lives, and the server up to date with the consent platform. */
export function createKeeper({ window, now }: PageEnvironment, core: Core): Keeper {
  const pace = createPace()
  const ended = new AbortController()
  const { signal } = ended
  const consent = createConsentNews(window, consentSaid, signal)
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
      pace.lift()
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
      pace.note(
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
      const tellAt = untaken && state.status !== 'available' ? pace.notBefore : now()
      const next = told ? nextPost(state, due(), seen, pace.notBefore) : { at: tellAt, idle: false }
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
      if (pace.notBefore <= now() && wants()) postAtIdle()
    },
    listen: consent.listen,
    signals: () => consent.latest,
    owed: () => consent.offer(),
    renewed({ advertisingToken, identityExpires, refreshFrom }) {
      const state = core.state()
      if (state.status !== 'available' || !state.identity || advertisingToken === state.advertisingToken)
        return
      const ends = core.momentOf(identityExpires)
      if (!(ends > core.momentOf(state.identityExpires) && ends > now())) return
      core.become({ ...state, advertisingToken, identityExpires, refreshFrom }, ['refreshed'])
    },
    keepRenewed,
    stop: () => ended.abort(),
  }
}

/** Then the server could not keep what it was told. */
function isStoreDown(answer: PublicIdentity): boolean {
  return answer.status === 'unavailable' && answer.reason === 'store'
}
