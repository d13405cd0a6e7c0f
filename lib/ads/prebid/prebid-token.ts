import type { ClientIdentity, ConsentSignals, Product } from '../../identity/public-identity'
import type { TokenStore, UsableToken } from '../token-store/transitions'

/** As much of Prebid as this uses: `pbjs` with the modules `userId`, `uid2IdSystem` and `euidIdSystem`. */
export interface PrebidIds {
  getConfig(name: 'userSync'): unknown
  setConfig(config: { userSync: object }): void
  refreshUserIds(): Promise<unknown>
  clearAllAuctions(): void
}

/** Client hand-off: Prebid refreshes the token itself (prebid-refresh.ts). */
export interface RefreshByPrebid {
  params(product: Product, identity: ClientIdentity): object
  follow(pbjs: PrebidIds, product: Product, lookUp: Promise<unknown>): void
  stop(): void
}

export interface PrebidTokenOptions<Pbjs extends PrebidIds = PrebidIds> {
  refresh?: RefreshByPrebid | undefined
  /** Goes into the same `userSync`. */
  userSync?: object | undefined
  onToken?: ((pbjs: Pbjs) => void) | undefined
}

/** The token, with what is known beside it. */
export interface BidToken extends UsableToken {
  /** Client hand-off: what Prebid refreshes with. */
  readonly identity?: ClientIdentity
  /** EUID: what the server knows of the reader's consent. */
  readonly consent?: ConsentSignals
}

interface UserId {
  name: string
  value?: object
  params?: object
}

/** Gives Prebid the store's token, each newer one, and its end, before the listeners of events are called. */
export function givePrebidToken(
  store: Pick<TokenStore, 'currentToken' | 'subscribe'>,
  pbjs: PrebidIds,
): () => void {
  const prebidToken = createPrebidToken()
  const follow = () => {
    prebidToken.set(store.currentToken())
    prebidToken.apply(pbjs).catch(() => {})
  }
  follow()
  return store.subscribe(follow)
}

/** The token in Prebid: one change at a time, so that an auction begins after the last one and never between two. */
export function createPrebidToken<Pbjs extends PrebidIds>({
  refresh,
  userSync,
  onToken,
}: PrebidTokenOptions<Pbjs> = {}) {
  let wanted: BidToken | null = null
  let applied: BidToken | null = null
  /** How many tokens have been applied so far. */
  let count = 0
  let others: readonly UserId[] = []
  let lastChange: Promise<unknown> = Promise.resolve()

  /** A token that Prebid refreshed itself is nothing new to it. */
  const textOf = (token: BidToken | null) =>
    (refresh && token?.identity?.advertising_token) ?? token?.id ?? null

  async function change(pbjs: Pbjs): Promise<void> {
    const token = wanted
    const before = applied
    // What else is known beside the token may be newer.
    applied = token
    if (textOf(token) === textOf(before) && token?.source === before?.source) return
    refresh?.stop()
    if (token === null) pbjs.clearAllAuctions()
    else count += 1
    const name = productOf(token ?? before)
    const identity = refresh && token?.identity
    const current = (pbjs.getConfig('userSync') ?? {}) as { userIds?: readonly UserId[] }
    others = othersIn(current.userIds ?? [], others)
    // An empty list would keep the old identifiers; an empty value is what removes one.
    const userIds: UserId[] = token
      ? [
          ...others,
          identity
            ? { name, params: refresh.params(name, identity) }
            : { name, value: { [name]: { id: token.id } } },
        ]
      : [...others.map((other) => ({ name: other.name, value: {} })), { name, value: {} }]
    pbjs.setConfig({
      userSync: { ...current, auctionDelay: AUCTION_DELAY_MS, userIds, ...userSync },
    })
    // A second `setConfig` is ignored until this. With a refresh it would last until the operator has answered.
    const lookUp = pbjs.refreshUserIds()
    if (identity) refresh.follow(pbjs, name, lookUp)
    else await lookUp
    if (token) onToken?.(pbjs)
  }

  return {
    get applied() {
      return applied
    },
    get count() {
      return count
    },
    set(token: BidToken | null): void {
      wanted = token
    },
    /** Resolves once Prebid has what was set last. */
    apply(pbjs: Pbjs | Promise<Pbjs>): Promise<void> {
      const done = lastChange.then(async () => change(await pbjs))
      lastChange = done.catch(() => {})
      return done
    },
  }
}

/** Prebid's own waiting for identifiers: ours is in place before the auction begins. */
const AUCTION_DELAY_MS = 50

const productOf = (token: BidToken | null): Product => (token?.source === 'euid.eu' ? 'euid' : 'uid2')

/**
 * The other identifiers that the page has configured. They stay beside ours, and go with it. `known`: those from before,
 * which Prebid has without a value after a sign-out.
 */
function othersIn(configured: readonly UserId[], known: readonly UserId[]): readonly UserId[] {
  return configured
    .filter(({ name }) => name !== 'uid2' && name !== 'euid')
    .map((each) => (isCleared(each) ? (known.find(({ name }) => name === each.name) ?? each) : each))
}

const isCleared = ({ value }: UserId): boolean => value !== undefined && Object.keys(value).length === 0
