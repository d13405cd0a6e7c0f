/// <reference types="google-publisher-tag" />
import { loadOncePerWindow } from '../once-per-window'
import { loadScript } from '../script-tag'
import { type GptWindow, queueOf } from './gpt-queue'

export type GoogleTag = typeof googletag

/** Google's tag, loaded once per page and set up before anything else runs in it. */
export const loadGpt = (url: string): Promise<GoogleTag> =>
  loadOncePerWindow('gpt', async () => {
    const tag = queueOf(window as GptWindow)
    const ready = new Promise<void>((resolve) => tag.cmd.push(resolve))
    await loadScript(url)
    await ready
    // Ad slots are filled when we say so, all of a page in one request, each shut in a frame of another origin.
    googletag.setConfig({
      disableInitialLoad: true,
      singleRequest: true,
      safeFrame: { forceSafeFrame: true },
    })
    googletag.enableServices()
    return googletag
  })
