import type { PrebidJS } from 'prebid.js'
import type { ClientIdentity, Product } from '../../identity/public-identity'
import { removePrebidLeftovers } from '../leftovers'
import { stored } from '../stored'
import { retryDelay } from '../token-store/refresh-scheduler'
import type { TokenStore } from '../token-store/transitions'
import type { RefreshByPrebid } from './prebid-token'

/** Prebid as what refreshes the token: the client hand-off's way without an SDK. */
export interface PrebidRefresh extends RefreshByPrebid {
  /** https://docs.prebid.org/dev-docs/modules/userid-submodules/unified2.html, "Client refresh mode" */
  params(product: Product, identity: ClientIdentity): Record<string, unknown>
  /** From here on Prebid is asked whenever the token is due, and what it learns is told to the token store. */
  follow(pbjs: PrebidJS, product: Product, looked: Promise<unknown>): void
  stop(): void
}

export interface PrebidRefreshEnvironment {
  tokenStore: Pick<TokenStore, 'renew' | 'recheck'>
  operatorUrl: string
  /** The wall clock, which is what Prebid goes by. */
  now(): number
  setTimeout(run: () => void, ms: number): number
  clearTimeout(timer: number): void
}

/** Longer than Prebid waits for an operator: an answer that comes after the end writes to storage once more. */
const LAST_WRITE_MS = 5_000
const LONGEST_TIMER_MS = 2 ** 31 - 1

export function createPrebidRefresh(env: PrebidRefreshEnvironment): PrebidRefresh {
  let turn = 0
  let timer = 0
  /** How often in a row Prebid was asked to refresh, and the token is still due. */
  let tries = 0
  /**
   * A look-up whose refresh fails never ends, and Prebid has each later one of some modules wait for it; one of all
   * modules waits for nothing that was before.
   */
  let ended = true

  function follow(pbjs: PrebidJS, product: Product, looked: Promise<unknown>): void {
    turn += 1
    const mine = turn
    env.clearTimeout(timer)
    ended = false
    const learned = () => {
      if (mine !== turn) return
      ended = true
      learn(pbjs, product)
    }
    // A look-up that another one has ended rejects, and the other one is followed then.
    looked.then(learned).catch(() => {})
    schedule(pbjs, product)
  }

  function learn(pbjs: PrebidJS, product: Product): void {
    const known: { id?: string; optout?: boolean } | undefined = pbjs.getUserIds()[product]
    if (known?.optout) {
      env.tokenStore.recheck()
      return
    }
    const latest = latestOf(product)
    if (latest === null || latest.advertising_token !== known?.id) return
    env.tokenStore.renew({
      advertisingToken: latest.advertising_token,
      identityExpires: latest.identity_expires,
      refreshFrom: latest.refresh_from,
    })
    schedule(pbjs, product)
  }

  /** Prebid looks at the clock only when it is asked. */
  function schedule(pbjs: PrebidJS, product: Product): void {
    env.clearTimeout(timer)
    const due = latestOf(product)?.refresh_from ?? 0
    if (due > env.now()) tries = 0
    // The operator had no answer, or the reader's clock is ahead and every token looks due.
    const wait = due > env.now() ? due - env.now() + 1 : retryDelay(Math.max(tries, 1))
    const ask = () => {
      tries += 1
      follow(pbjs, product, pbjs.refreshUserIds(ended ? { submoduleNames: [product] } : {}))
    }
    timer = env.setTimeout(ask, Math.min(wait, LONGEST_TIMER_MS))
  }

  return {
    params: (product, identity) => ({
      [`${product}Token`]: identity,
      [`${product}ApiBase`]: env.operatorUrl,
    }),
    follow,
    stop() {
      turn += 1
      env.clearTimeout(timer)
      const mine = turn
      env.setTimeout(() => mine === turn && removePrebidLeftovers(), LAST_WRITE_MS)
    },
  }
}

/** The identity that Prebid holds now: it keeps that of the server beside the one it has made of it. */
function latestOf(product: Product): ClientIdentity | null {
  try {
    const kept = JSON.parse(stored(`__${product}_advertising_token`) ?? 'null')
    return typeof kept?.latestToken === 'object' ? kept.latestToken : null
  } catch {
    return null
  }
}
