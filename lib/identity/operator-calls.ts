import 'server-only'
import { type DiiInput, type Identity, Uid2Error } from '../uid2'
import { createSingleFlight, processWide, type SingleFlight } from './single-flight'
import type { ConsentStore, FailedCall, IdentityEvent, IdentityOptions, Subject } from './types'

/** How a call to the operator ended. */
export type CallResult =
  | { status: 'success'; identity: Identity }
  /** An opt-out. If it is not recorded yet, the store gives no token until it is. */
  | { status: 'optout' }
  | { status: 'insufficient_user_consent' }
  /** The refresh token no longer works: only a new generate helps. */
  | { status: 'token_dead' }
  /** Not begun: the reader may no longer have a token. */
  | { status: 'not_allowed' }
  /** No answer: the identity stays, and the operator is not asked again for a while. */
  | { status: 'unavailable' }

/** How long a result is remembered, ms. */
const keepMs: Record<CallResult['status'], number> = {
  success: 60_000,
  optout: 60_000,
  // Depends on the consent string alone, and another string has another key.
  insufficient_user_consent: 3_600_000,
  token_dead: 60_000,
  not_allowed: 0,
  unavailable: 30_000,
}

interface Setup extends Required<Pick<IdentityOptions, 'client' | 'product' | 'timeoutMs'>> {
  store: ConsentStore
  /** Of the cookie. All instances of a process with the same one share their calls. */
  name: string
  emit: (event: IdentityEvent) => void
}

export type OperatorCalls = ReturnType<typeof createOperatorCalls>

/** The only callers of the operator. No call rejects: what goes wrong is an event and a result. */
export function createOperatorCalls({ client, store, product, timeoutMs, name, emit }: Setup) {
  const flightsOf = (kind: string, keep: typeof keepMs): SingleFlight<CallResult> =>
    processWide(`${kind} ${name}`, () => createSingleFlight(({ status }) => keep[status], 10_000))
  // A refreshed identity waits for the reader's next request; a generated one is sealed by who asked for it.
  const refreshes = flightsOf('refreshes', keepMs)
  const generates = flightsOf('generates', { ...keepMs, success: 0 })
  const generateKey = ({ diiHash }: Subject, tcf = '') => `${diiHash}\n${tcf}`

  async function call(
    kind: 'generate' | 'refresh',
    { diiHash }: Subject,
    send: () => ReturnType<Setup['client']['generateToken' | 'refreshToken']>,
  ): Promise<CallResult> {
    const begun = performance.now()
    const ms = () => Math.round(performance.now() - begun)
    try {
      const answer = await send()
      const done = kind === 'generate' ? 'generated' : 'refreshed'
      if (answer.status === 'success' || answer.status === 'insufficient_user_consent') {
        emit({ type: answer.status === 'success' ? done : 'consent_refused', ms: ms() })
        return answer
      }
      emit({ type: answer.status === 'optout' ? 'opted_out' : 'token_dead', ms: ms() })
      if (answer.status !== 'optout') return { status: 'token_dead' }
    } catch (error) {
      emit({ type: `${kind}_failed`, ...describeFailure(error), ms: ms() })
      return { status: 'unavailable' }
    }
    const [{ status }] = await Promise.allSettled([store.recordOptOut(diiHash, product)])
    emit({ type: status === 'fulfilled' ? 'recorded' : 'not_recorded', what: 'opt_out' })
    return { status: 'optout' }
  }

  /**
   * Begins a generate unless the reader may no longer have one. The caller may have waited, so the store is read here,
   * and its lock is held until the request has left: none begins once an opt-out, a denial or the end of the session
   * is on record.
   */
  async function generateIfAllowed(subject: Subject, dii: DiiInput, tcf?: string): Promise<CallResult> {
    let calling: Promise<CallResult> | undefined
    const consent = tcf === undefined ? {} : { tcfConsentString: tcf }
    const begin = (sent: () => void) => {
      const options = { timeoutMs, fetch: fetchAndTell(sent), ...consent }
      calling ??= call('generate', subject, () => client.generateToken(dii, options))
      // A call that fails before it is sent is over, too.
      void calling.then(sent)
    }
    const reason = await store
      .withSharedLock(subject, async ({ optedOut, choice, ended }) => {
        if (calling) return null
        if (optedOut) return 'opted_out'
        if (choice !== 'granted' || ended) return 'not_allowed'
        await new Promise<void>(begin)
        return null
      })
      .catch(() => 'store' as const)
    if (calling) return calling
    emit({ type: 'generate_not_begun', reason: reason ?? 'store' })
    return { status: reason === 'opted_out' ? 'optout' : 'not_allowed' }
  }

  return {
    findRefresh: (identity: Identity) => refreshes.find(identity.refresh_token),
    /** Begins a refresh, or joins the one under way. */
    refresh: (identity: Identity, subject: Subject) =>
      refreshes.start(identity.refresh_token, () =>
        call('refresh', subject, () => client.refreshToken(identity, { timeoutMs })),
      ),
    findGenerate: (subject: Subject, tcf?: string) => generates.find(generateKey(subject, tcf)),
    /** Begins a generate, or joins the one under way. */
    generate: (subject: Subject, dii: DiiInput, tcf?: string) =>
      generates.start(generateKey(subject, tcf), () => generateIfAllowed(subject, dii, tcf)),
  }
}

/** By `Uid2Error.is`: the client may come from another instance of the module. */
function describeFailure(error: unknown): FailedCall {
  if (!Uid2Error.is(error)) return { reason: 'unexpected' }
  const { code, reason = code, httpStatus, clockSkewMs } = error
  return { reason, httpStatus, clockSkewMs }
}

/** Tells when a request is on its way. */
const fetchAndTell =
  (sent: () => void): typeof fetch =>
  (url, init) => {
    const answer = fetch(url, init)
    sent()
    return answer
  }
