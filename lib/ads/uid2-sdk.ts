import type { ClientIdentity } from '#lib/identity/public-identity.ts'
import type { Uid2Handoff } from './handoff/handoff-api.ts'
import type { HandoffState } from './handoff/handoff-state.ts'
import { SDK_MARK } from './leftovers.ts'
import { store, stored } from './stored.ts'

/** As much of the official browser SDK as this uses. https://unifiedid.com/docs/sdks/sdk-ref-javascript */
interface Uid2Sdk {
  init(options: { identity: ClientIdentity; baseUrl: string }): void
  setIdentity(identity: ClientIdentity): void
  disconnect(): void
}
type SdkCallback = (event: string, payload: { identity?: ClientIdentity | null }) => void
type SdkWindow = Partial<Record<'__uid2' | '__euid', Partial<Uid2Sdk> & { callbacks?: SdkCallback[] }>>

export interface Uid2SdkEnvironment {
  handoff: Pick<Uid2Handoff, 'on' | 'renewed' | 'recheck'>
  product: 'uid2' | 'euid'
  operatorUrl: string
  /** Loads the SDK's script, which takes over the callbacks that wait for it. */
  load(): Promise<void>
  setTimeout(run: () => void, ms: number): unknown
  page?: SdkWindow
}

/**
 * When the SDK is disconnected during a refresh, the refresh ends all the same, and the SDK then stores its reader's
 * identity once more, whether it succeeded or not (`refreshToken` in its src/sdkBase.ts). Until then it is given no
 * other reader's.
 */
const QUIET_MS = 1_000

/**
 * Client hand-off with the official SDK as what refreshes: it is given the server's identity, and tells the hand-off
 * of every newer token and of an opt-out. It is loaded for readers with a token alone.
 */
export function refreshBySdk(env: Uid2SdkEnvironment): void {
  const page = env.page ?? (window as SdkWindow)
  const name = `__${env.product}` as const
  let wanted: ClientIdentity | null = null
  let given: ClientIdentity | null = null
  let begun = false
  let quiet: Promise<void> = Promise.resolve()

  function give(): void {
    const sdk = page[name]
    if (!sdk?.init || wanted === null || wanted.advertising_token === given?.advertising_token) return
    given = wanted
    const identity = newestOf(wanted, env.product)
    // A second `init` throws.
    if (begun) sdk.setIdentity?.(identity)
    else sdk.init({ identity, baseUrl: env.operatorUrl })
    begun = true
    if (identity !== wanted) tell(identity)
  }

  function tell(identity: ClientIdentity): void {
    env.handoff.renewed({
      advertisingToken: identity.advertising_token,
      identityExpires: identity.identity_expires,
      refreshFrom: identity.refresh_from,
    })
  }

  function take(): void {
    wanted = null
    if (given === null) return
    given = null
    store(SDK_MARK, null)
    page[name]?.disconnect?.()
    quiet = new Promise((resolve) => env.setTimeout(resolve, QUIET_MS))
  }

  function heard(event: string, identity: ClientIdentity | null | undefined): void {
    if (given === null) {
      // It has come late, and is nobody's any more.
      if (begun && identity) page[name]?.disconnect?.()
    } else if (event === 'OptoutReceived') env.handoff.recheck()
    else if (event === 'IdentityUpdated' && identity) {
      store(SDK_MARK, markOf(given, identity))
      tell(identity)
    }
  }

  const holder = page[name] ?? {}
  page[name] = holder
  holder.callbacks ??= []
  holder.callbacks.push((event, { identity }) => heard(event, identity))

  function follow(state: HandoffState): void {
    if (state.status !== 'available' || !state.identity) return
    wanted = state.identity
    // Blocked, offline, or not ours: the token stays good until its end, and then the server is asked.
    Promise.all([env.load(), quiet])
      .then(give)
      .catch(() => {})
  }

  env.handoff.on('available', follow)
  // The server may have got another identity meanwhile.
  env.handoff.on('refreshed', follow)
  env.handoff.on('cleared', take)
  env.handoff.on('expired', take)
}

/** That the SDK has made the one of the other, the server's. */
const markOf = (server: ClientIdentity, made: ClientIdentity | null): string =>
  `${server.advertising_token} ${made?.advertising_token}`

/**
 * The server goes on giving the identity that it made once, so each page would refresh it anew: what the SDK made of
 * that very one on a page before, and still keeps, takes its place.
 */
function newestOf(server: ClientIdentity, product: Uid2SdkEnvironment['product']): ClientIdentity {
  try {
    const kept: ClientIdentity | null = JSON.parse(stored(`${product.toUpperCase()}-sdk-identity`) ?? 'null')
    return kept !== null && stored(SDK_MARK) === markOf(server, kept) ? kept : server
  } catch {
    return server
  }
}
