/// <reference types="google-publisher-tag" />
import { adConfig } from '../ad-config'
import { loadOncePerWindow } from '../once-per-window'
import { loadScript } from '../script-tag'
import { type SiteSettings, siteSettings } from '../site-settings'
import { type GptWindow, queueOf } from './gpt-queue'

export type GoogleTag = typeof googletag

/** Google's tag, loaded once per page and set up before anything else runs in it. */
export const loadGpt = (deploysUid2: boolean): Promise<GoogleTag> =>
  loadOncePerWindow('gpt', async () => {
    const tag = queueOf(window as GptWindow)
    const ready = new Promise<void>((resolve) => tag.cmd.push(resolve))
    await loadScript(gptUrl(await siteSettings(), deploysUid2))
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

/** In the sandbox a stand-in, which is told here what Ad Manager would be told on its own pages. */
function gptUrl({ mode, product }: SiteSettings, deploysUid2: boolean): string {
  if (mode === 'real') return adConfig.scripts.gpt
  return `/sandbox/cdn/gpt.js${deploysUid2 ? `?deploy=${product}` : ''}`
}
