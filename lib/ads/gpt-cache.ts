import type { Uid2Handoff } from './handoff-api.ts'
import type { HandoffState } from './handoff-state.ts'
import { isStored, store } from './stored.ts'

/** What this needs of Google's tag. */
interface GptWindow {
  googletag?: { cmd: { push(run: () => void): unknown }; secureSignalProviders?: { clearAllCache?(): void } }
}

/** Google's tag keeps its signals from page to page, so a page may have to clear what an earlier one had. */
const MARK = 'uid2_gpt'

/**
 * Google's tag keeps the signals of all vendors until it is told otherwise, and earns less each time it is told. So
 * the cache goes with a reader's token, and with nothing else: not with a refresh or a failure, nor on every page of
 * somebody who has none.
 */
export function clearGptCacheWith(
  handoff: Pick<Uid2Handoff, 'on'>,
  page: GptWindow = window as Window & GptWindow,
): void {
  let held = false
  handoff.on('available', () => {
    if (!page.googletag) return
    held = true
    store(MARK, '1')
  })
  handoff.on('cleared', (state) => {
    const { googletag } = page
    if (!googletag || isPassing(state) || !(held || isStored(MARK))) return
    held = false
    store(MARK, null)
    googletag.cmd.push(() => googletag.secureSignalProviders?.clearAllCache?.())
  })
}

/** The reader is the same, and so is their choice. */
const isPassing = (state: HandoffState): boolean =>
  state.status === 'unavailable' ||
  state.status === 'refreshing' ||
  (state.status === 'unsupported' && state.reason === 'page')
