import { vi } from 'vitest'
import { clearGptCacheWith } from '#lib/ads/google/signals-cache.ts'
import { createBrowserStub } from './browser-stub.ts'

/** What a browser keeps between pages. */
export function memory() {
  const kept = new Map<string, string>()
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  }
}

/** A page with Google's tag. `storage` is what the browser keeps between pages. */
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

/** The array of providers as it is before Google's script has come. */
export function signalPage() {
  const page = createBrowserStub()
  const tag: { googletag?: { secureSignalProviders?: Provider[] } } = {}
  return { page, tag, providers: () => tag.googletag?.secureSignalProviders ?? [] }
}
