import { store, stored } from '../stored'
import type { TokenEvent, TokenListener, TokenState } from '../token-store/transitions'
import { type GptWindow, queueOf } from './gpt-queue'

/**
 * Google's tag keeps its cache from page to page, so this is kept beside it: when the token that it may hold ends
 * (Unix ms of the server), or that the next page with the tag has to clear it.
 */
const MARK = 'uid2_gpt'
const OWED = 'clear'

/**
 * Google's tag keeps the signals of all vendors until it is told otherwise, and earns less each time it is told. So
 * the cache goes with a reader's token, and when a token has run out; not with a refresh, unless what is held would
 * end before the next one, nor on every page of a reader without a token.
 */
export function clearGptCacheWith(
  tokenStore: { on(event: TokenEvent, listener: TokenListener): unknown },
  page: GptWindow = window as GptWindow,
): void {
  /** There was a token on this page: Google's tag may have loaded after it. */
  let had = false
  const clear = () => {
    // If Google's tag may hold something, it is told even if it has not loaded yet.
    if (stored(MARK) !== null || (had && page.googletag)) clearCache(page)
    had = false
  }
  clearWhatIsOwed(page)
  const follow = (state: TokenState) => {
    if (holdsUntil() <= lookedAtUntil(state)) clear()
    if (state.status !== 'available') return
    had = true
    if (!page.googletag) return
    clearWhatIsOwed(page)
    // Another script may pass the token on, once Google's tag is there and has cleared its cache.
    queueOf(page).cmd.push(() => noteHeld(state))
  }
  tokenStore.on('available', follow)
  tokenStore.on('refreshed', follow)
  tokenStore.on('expired', clear)
  // Also on the first page of a reader who is held out from now on.
  tokenStore.on('withheld', clear)
  tokenStore.on('cleared', (state) => {
    if (isPassing(state)) follow(state)
    else clear()
  })
}

/** Clears what Google's tag may hold: without consent it must not be used. */
export function clearHeldSignals(page: GptWindow = window as GptWindow): void {
  if (stored(MARK) !== null) clearCache(page)
}

/** It is given only when nothing is held. */
export function noteGiven(state: TokenState): void {
  if (state.status === 'available') store(MARK, String(state.identityExpires))
}

/** What is held already is older, and ends first. */
export function noteHeld(state: TokenState): void {
  if (stored(MARK) === null) noteGiven(state)
}

/** Not a number when it holds none. */
const holdsUntil = (): number => Number.parseInt(stored(MARK) ?? '', 10)

/** The moment at which the cache is looked at again at the latest, as a time of the server. */
function lookedAtUntil(state: TokenState): number {
  if (state.status === 'loading') return 0
  return state.status === 'available' ? Math.max(state.refreshFrom, state.now) : state.now
}

/** Before Google's tag does anything else on this page: the reader may be another one now. */
function clearWhatIsOwed(page: GptWindow): void {
  if (stored(MARK) === OWED) clearCache(page)
}

/** Persists the pending clear: Google's tag may load on a later page. */
function clearCache(page: GptWindow): void {
  store(MARK, OWED)
  queueOf(page).cmd.push(() => {
    store(MARK, null)
    page.googletag?.secureSignalProviders?.clearAllCache?.()
  })
}

/** The reader is the same, and so is their choice. */
const isPassing = (state: TokenState): boolean =>
  state.status === 'unavailable' ||
  state.status === 'refreshing' ||
  (state.status === 'unsupported' && state.reason === 'page')
