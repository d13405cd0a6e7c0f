import type { ClientIdentity, Product } from '../identity/public-identity'
import { keptBySdk, madeOf, markMade, removeSdkConfigs, SDK_MARK } from './sdk-storage'
import { store } from './stored'
import type { TokenState, TokenStore } from './token-store/transitions'

/** As much of the official browser SDK as this uses. https://unifiedid.com/docs/sdks/sdk-ref-javascript */
interface Uid2Sdk {
  init(options: { identity?: ClientIdentity; baseUrl: string; callback: TakenUp }): void
  setIdentity(identity: ClientIdentity): void
  getIdentity(): ClientIdentity | null
  isInitComplete(): boolean
  disconnect(): void
}
/** The callback of `init`: called whenever the SDK takes up an identity, from wherever it has it. */
type TakenUp = (state: { advertisingToken?: string }) => void
type SdkCallback = (event: string, payload: { identity?: ClientIdentity | null }) => void
type SdkWindow = Partial<Record<'__uid2' | '__euid', Partial<Uid2Sdk> & { callbacks?: SdkCallback[] }>>

export interface Uid2SdkEnvironment {
  tokenStore: Pick<TokenStore, 'on' | 'renew' | 'recheck'>
  product: Product
  operatorUrl: string
  /** Loads the SDK's script, which takes over the callbacks that wait for it. */
  load(): Promise<void>
  /** The wall clock, which is what the SDK goes by. */
  now(): number
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
 * Client hand-off with the official SDK as what refreshes: it is given the server's identity, and tells the token store
 * of every newer token and of an opt-out. It is loaded for readers with a token alone.
 *
 * The SDK also takes up identities by itself: what is stored when it is loaded, and every few seconds what another tab
 * has stored. They may be another reader's. So one counts only if it was made of the one that we gave: by a refresh on
 * this page, or on another page, which has marked it. Otherwise the server is asked.
 */
export function refreshBySdk(env: Uid2SdkEnvironment): void {
  const page = env.page ?? (window as SdkWindow)
  const name = `__${env.product}` as const
  /** The server's identity that this page has. */
  let wanted: ClientIdentity | null = null
  /** The server's identity that the SDK was given, and the latest one that it refreshed it to. */
  let given: { server: ClientIdentity; latest: ClientIdentity } | null = null
  /** Token of what an earlier page made of the server's identity, which the token store was told of already. */
  let made: string | undefined
  /** Token of a server's identity that the SDK did not keep. It is not given twice. */
  let rejected: string | null = null
  /** What the SDK has taken up, until an event says that it was a refresh. */
  let takenUp: { token: string | undefined } | null = null
  /** Our own `init` has been called, so the SDK tells us what it takes up. */
  let ours = false
  /** During our own calls the SDK's callbacks are ignored. */
  let giving = false
  let quiet: Promise<void> = Promise.resolve()

  /** From here on the SDK's events are ignored. */
  function disconnect(): void {
    given = takenUp = null
    page[name]?.disconnect?.()
    quiet = new Promise((resolve) => env.setTimeout(resolve, QUIET_MS))
  }

  function stop(): void {
    wanted = null
    if (given !== null) store(SDK_MARK, null)
    // Another script may have initialised it, or it has done so itself.
    if (given !== null || isInitialised()) disconnect()
  }

  const isInitialised = () => page[name]?.isInitComplete?.() ?? false

  function give(): void {
    const sdk = page[name]
    if (!sdk?.init || wanted === null || wanted.advertising_token === given?.server.advertising_token) return
    const server = wanted
    const latest = madeOf(server, env.product) ?? server
    giving = true
    try {
      setIdentity(sdk, latest)
    } finally {
      giving = false
      removeSdkConfigs()
    }
    given = { server, latest }
    const actual = sdk.getIdentity?.()
    // It may prefer a stored one, in a cookie that we cannot remove.
    if (actual && actual.advertising_token !== latest.advertising_token) reject()
    else if (latest !== server && latest.advertising_token !== made) tell(latest)
  }

  function setIdentity(sdk: Partial<Uid2Sdk>, identity: ClientIdentity): void {
    const options = { baseUrl: env.operatorUrl, callback: onTakenUp }
    if (ours) sdk.setIdentity?.(identity)
    else if (isInitialised()) {
      // An `init` that is not the first ignores an identity that is older than that of the first.
      sdk.init?.(options)
      sdk.setIdentity?.(identity)
    } else sdk.init?.({ identity, ...options })
    ours = true
  }

  function accept(made: ClientIdentity): void {
    if (given === null) return
    given.latest = made
    markMade(given.server, made)
    tell(made)
  }

  function tell(identity: ClientIdentity): void {
    env.tokenStore.renew({
      advertisingToken: identity.advertising_token,
      identityExpires: identity.identity_expires,
      refreshFrom: identity.refresh_from,
    })
  }

  function reject(): void {
    rejected = given?.server.advertising_token ?? null
    stop()
  }

  function askServer(): void {
    reject()
    env.tokenStore.recheck()
  }

  function onTakenUp({ advertisingToken: token }: { advertisingToken?: string }): void {
    if (giving || given === null) return
    const mine = { token }
    takenUp = mine
    // An event follows a refresh at once. Without one, the identity comes from storage.
    env.setTimeout(() => {
      if (takenUp !== mine || given === null) return
      takenUp = null
      const made = madeOf(given.server, env.product)
      // The SDK tells no token of an identity that has expired.
      if (made === null || (token !== undefined && token !== made.advertising_token)) askServer()
      else if (made.advertising_token !== given.latest.advertising_token) accept(made)
    }, 0)
  }

  function onIdentity(identity: ClientIdentity | null | undefined): void {
    if (given === null) {
      // We gave it none: it initialised itself, or a refresh finished after sign-out.
      if (identity) disconnect()
      return
    }
    const { latest } = given
    const token = identity?.advertising_token
    const isRefresh = takenUp !== null && takenUp.token === token && latest.refresh_from <= env.now()
    takenUp = null
    if (identity && token === latest.advertising_token) return
    if (identity && isRefresh) accept(identity)
    // While a token that has expired can still be refreshed, the SDK tells of none and keeps it.
    else if (identity || keptBySdk(env.product)?.advertising_token !== latest.advertising_token) askServer()
  }

  const holder = page[name] ?? {}
  page[name] = holder
  holder.callbacks ??= []
  holder.callbacks.push((event, { identity }) => {
    // The SDK looks for its configuration next. Another tab may have written one while the script was loading.
    if (event === 'SdkLoaded') removeSdkConfigs()
    else if (giving) return
    else if (event === 'OptoutReceived') {
      if (given !== null) askServer()
    } else if (event === 'IdentityUpdated' || given === null) onIdentity(identity)
  })

  function follow(state: TokenState): void {
    if (state.status !== 'available' || !state.identity) return
    if (state.identity.advertising_token === rejected) return
    wanted = state.identity
    removeSdkConfigs()
    // The first auction may come before the SDK is loaded.
    const kept = madeOf(wanted, env.product)
    made = kept?.advertising_token
    if (kept && made !== wanted.advertising_token) tell(kept)
    // Blocked or offline: the token stays valid until it expires, and then the server is asked.
    env
      .load()
      .then(() => {
        const isNew = wanted?.advertising_token !== given?.server.advertising_token
        if (isNew && mayBeRefreshing()) disconnect()
        return quiet
      })
      .then(give)
      .catch(() => {})
  }

  /** If another identity is set during a refresh, the refresh fails and the SDK returns to the old identity. */
  const mayBeRefreshing = () =>
    ours ? given !== null && given.latest.refresh_from <= env.now() : isInitialised()

  env.tokenStore.on('available', follow)
  // The server may have got another identity meanwhile.
  env.tokenStore.on('refreshed', follow)
  env.tokenStore.on('cleared', stop)
  env.tokenStore.on('expired', stop)
}
