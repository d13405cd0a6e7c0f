import { oncePerWindow } from './once-per-window'
import type { TokenEvent, TokenState } from './token-store/transitions'

/**
 * What happened to the page's token, for the clean-up: a plain array until that is loaded, like the queue of Google's tag.
 */
export const cleanUpQueue = (): Array<[event: TokenEvent, state: TokenState]> =>
  oncePerWindow('cleanUp', () => [])
