import type { Uid2Handoff } from '../handoff/handoff-api.ts'
import type { HandoffState } from '../handoff/handoff-state.ts'
import { oncePerWindow } from '../once-per-window.ts'
import { store, stored } from '../stored.ts'
import { type GptQueue, queueOf } from './gpt-loader.ts'

type Handoff = Pick<Uid2Handoff, 'on' | 'currentToken' | 'getSnapshot' | 'settled'>

interface SignalWindow {
  googletag?: Partial<GptQueue>
  getUid2AdvertisingToken?: () => Promise<string>
  getEuidAdvertisingToken?: () => Promise<string>
}

/**
 * Google's tag keeps its cache from page to page, so this is kept beside it: when the token that it may hold ends
 * (Unix ms of the server), or that the next page with the tag has to clear it.
 */
const MARK = 'uid2_gpt'
const OWED = 'clear'

/**
 * Gives the token to Google's tag as a secure signal: a provider for each source, and not before there is a token,
 * because what a provider first answers is kept. A provider that has no token any more rejects; an empty answer
 * would be kept, too. https://unifiedid.com/docs/guides/integration-google-ss
 */
export function pushSecureSignals(handoff: Handoff, page: SignalWindow = window as SignalWindow): void {
  const pushed = new Set<string>()
  handoff.on('available', (state) => {
    if (state.status !== 'available' || pushed.has(state.source)) return
    const id = state.source
    pushed.add(id)
    const tag = queueOf(page)
    tag.secureSignalProviders ??= []
    tag.secureSignalProviders.push({
      id,
      async collectorFunction() {
        const token = handoff.currentToken()
        if (token?.source !== id) throw new Error('There is no token.')
        noteGiven(handoff.getSnapshot())
        return token.id
      },
    })
  })
}

/**
 * For Ad Manager's "Google Deploy": Google's tag loads the script of UID2 or EUID, which looks for these functions as
 * it is evaluated, so they are there before Google's tag is.
 * https://github.com/IABTechLab/uid2-web-integrations, src/secureSignal_shared.ts
 */
export function answerGoogleDeploy(handoff: Handoff, page: SignalWindow = window as SignalWindow): void {
  const tokenOf = (source: string) => async (): Promise<string> => {
    await handoff.settled()
    const token = handoff.currentToken()
    if (token?.source !== source) throw new Error('There is no token.')
    noteGiven(handoff.getSnapshot())
    return token.id
  }
  page.getUid2AdvertisingToken = tokenOf('uidapi.com')
  page.getEuidAdvertisingToken = tokenOf('euid.eu')
}

/**
 * Prebid as who gives the signals: its setting, and the call that registers them, which does nothing before Google's
 * tag is there and would register them once more each time.
 * https://docs.prebid.org/dev-docs/modules/userId.html#esp-configurations
 */
export function prebidSignals(product: 'uid2' | 'euid', handoff: Pick<Uid2Handoff, 'getSnapshot'>) {
  const source = product === 'euid' ? 'euid.eu' : 'uidapi.com'
  return {
    userSync: { encryptedSignalSources: { sources: [{ source: [source], encrypt: false }] } },
    register(pbjs: { registerSignalSources(): void }): void {
      queueOf(window as SignalWindow).cmd.push(() => {
        noteHeld(handoff.getSnapshot())
        oncePerWindow('prebid.signals', () => {
          pbjs.registerSignalSources()
          return true
        })
      })
    },
  }
}

/**
 * Google's tag keeps the signals of all vendors until it is told otherwise, and earns less each time it is told. So
 * the cache goes with a reader's token, and when a token has run out; not with a refresh, unless what is held would
 * end before the next one, nor on every page of somebody who has none.
 */
export function clearGptCacheWith(
  handoff: Pick<Uid2Handoff, 'on'>,
  page: SignalWindow = window as SignalWindow,
): void {
  /** There was a token on this page: Google's tag may have come after it. */
  let had = false
  const clear = () => {
    // Where Google's tag may hold something it is told also when it has yet to come: nothing else tells it then.
    if (stored(MARK) !== null || (had && page.googletag)) clearCache(page)
    had = false
  }
  clearWhatIsOwed(page)
  const follow = (state: HandoffState) => {
    if (holdsUntil() <= lookedAtUntil(state)) clear()
    if (state.status !== 'available') return
    had = true
    if (!page.googletag) return
    clearWhatIsOwed(page)
    // Somebody else may hand it on, once Google's tag is there and has done what is owed.
    queueOf(page).cmd.push(() => noteHeld(state))
  }
  handoff.on('available', follow)
  handoff.on('refreshed', follow)
  handoff.on('expired', clear)
  // Also on the first page of a reader who is held out from now on.
  handoff.on('withheld', clear)
  handoff.on('cleared', (state) => {
    if (isPassing(state)) follow(state)
    else clear()
  })
}

/** It is given only when nothing is held. */
function noteGiven(state: HandoffState): void {
  if (state.status === 'available') store(MARK, String(state.identityExpires))
}

/** What is held already is older, and ends first. */
function noteHeld(state: HandoffState): void {
  if (stored(MARK) === null) noteGiven(state)
}

/** Not a number when it holds none. */
const holdsUntil = (): number => Number.parseInt(stored(MARK) ?? '', 10)

/** The moment at which the cache is looked at again at the latest, as a time of the server. */
function lookedAtUntil(state: HandoffState): number {
  if (state.status === 'loading') return 0
  return state.status === 'available' ? Math.max(state.refreshFrom, state.now) : state.now
}

/** Before Google's tag does anything else here: it may be another reader by now. */
function clearWhatIsOwed(page: SignalWindow): void {
  if (stored(MARK) === OWED) clearCache(page)
}

/** Owed until it is done: the page may be left before Google's tag has come, or never get it. */
function clearCache(page: SignalWindow): void {
  store(MARK, OWED)
  queueOf(page).cmd.push(() => {
    store(MARK, null)
    page.googletag?.secureSignalProviders?.clearAllCache?.()
  })
}

/** The reader is the same, and so is their choice. */
const isPassing = (state: HandoffState): boolean =>
  state.status === 'unavailable' ||
  state.status === 'refreshing' ||
  (state.status === 'unsupported' && state.reason === 'page')
