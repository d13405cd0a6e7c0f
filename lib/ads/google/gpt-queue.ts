/// <reference types="google-publisher-tag" />

/** Before Google's script comes there are plain arrays, which it works off. */
interface GptQueue {
  cmd: { push(run: () => void): unknown }
  secureSignalProviders?: {
    push(provider: googletag.secureSignals.SecureSignalProvider): void
    clearAllCache?(): void
  }
}

export interface GptWindow {
  googletag?: Partial<GptQueue>
}

export function queueOf(page: GptWindow): GptQueue {
  page.googletag ??= {}
  page.googletag.cmd ??= []
  return page.googletag as GptQueue
}
