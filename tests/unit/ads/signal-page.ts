import { vi } from 'vitest'
import { clearGptCacheWith } from '#lib/ads/google/signals-cache.ts'
import { createBrowserStub, memory } from './browser-stub.ts'

/** A page with Google's tag. `storage` is kept between pages. */
export function gptPage(storage: object | undefined = memory()) {
  vi.stubGlobal('localStorage', storage)
  const page = createBrowserStub()
  const cleared = vi.fn()
  clearGptCacheWith(page.tokenStore, {
    googletag: {
      cmd: { push: (run) => run() },
      secureSignalProviders: { push() {}, clearAllCache: cleared },
    },
  })
  return { page, cleared }
}

export type Provider = { id: string; collectorFunction(): Promise<string> }

/** The array of providers before Google's script has loaded. */
export function signalPage() {
  const page = createBrowserStub()
  const tag: { googletag?: { secureSignalProviders?: Provider[] } } = {}
  return { page, tag, providers: () => tag.googletag?.secureSignalProviders ?? [] }
}
