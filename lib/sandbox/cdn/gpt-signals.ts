import 'server-only'

/**
 * Secure signals of Google's tag. What is known, and the sources:
 * - `secureSignalProviders`, its `push` and `clearAllCache`, and either `id` or `networkCode`:
 *   https://developers.google.com/publisher-tag/reference#googletag.secureSignals
 * - while a signal is cached its collector is not called, and the cache is `_GESPSK-<id>` in local storage:
 *   https://unifiedid.com/docs/guides/integration-google-ss
 * - an entry is a JSON array of ten values with the expiry at index 2, and null where older entries had the
 *   signal: a comment in IABTechLab/uid2-examples. How the signal itself is stored is not public. Here its
 *   index varies.
 * - an empty signal is cached like any other: IABTechLab/uid2-web-integrations, pull request 213
 * - nothing removes a second provider with the same id: prebid/Prebid.js, pull request 13953
 *
 * Not public, so chosen here: a signal is kept for 12 hours. A collector whose promise rejects, or resolves
 * to no text, is asked again at the next request. A collector that was running when the cache was cleared is
 * still cached.
 *
 * It runs in a browser and is served as text, so it may use nothing else of this module.
 */
export function secureSignals(warn: (text: string) => void) {
  type Provider = googletag.secureSignals.SecureSignalProvider
  const KEEP_MS = 12 * 3_600_000
  const PREFIX = '_GESPSK-'
  const SEALED = 'S~'
  const registered: { name: string; collect: () => Promise<unknown>; flight?: Promise<void> | undefined }[] =
    []

  function seal(text: string): string {
    const codes = [...new TextEncoder().encode(text)].reverse()
    return SEALED + btoa(String.fromCharCode(...codes))
  }

  function unseal(sealed: string): string {
    const codes = [...atob(sealed.slice(SEALED.length))].map((each) => each.charCodeAt(0)).reverse()
    return new TextDecoder().decode(Uint8Array.from(codes))
  }

  function cached(name: string): string | undefined {
    try {
      const entry: unknown = JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null')
      if (!Array.isArray(entry) || !(entry[2] > Date.now())) return undefined
      const sealed = entry.find((each) => typeof each === 'string' && each.startsWith(SEALED))
      return sealed === undefined ? undefined : unseal(sealed)
    } catch {
      return undefined
    }
  }

  function keep(name: string, signal: string): void {
    const now = Date.now()
    const entry: unknown[] = [name, null, now + KEEP_MS, ...Array<null>(7).fill(null)]
    entry[3 + (now % 7)] = seal(signal)
    try {
      localStorage.setItem(PREFIX + name, JSON.stringify(entry))
    } catch {
      // No storage, no signal.
    }
  }

  /** Calls a collector, unless it was called already or its signal is cached. */
  function collect(provider: (typeof registered)[number]): Promise<void> {
    if (cached(provider.name) !== undefined) return Promise.resolve()
    provider.flight ??= (async () => {
      try {
        const signal = await provider.collect()
        if (typeof signal === 'string') keep(provider.name, signal)
      } catch {
        // The next request calls it again.
      } finally {
        provider.flight = undefined
      }
    })()
    return provider.flight
  }

  function register(provider: Provider): void {
    const { id, networkCode, collectorFunction } = { id: undefined, networkCode: undefined, ...provider }
    const name = id ?? networkCode
    if (!name || (id && networkCode) || typeof collectorFunction !== 'function') {
      warn('A secure signal provider needs an id or a networkCode, and a collectorFunction.')
      return
    }
    const added = { name, collect: async () => collectorFunction() }
    registered.push(added)
    void collect(added)
  }

  const api = {
    push: register,
    clearAllCache() {
      for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key)
    },
  } satisfies googletag.secureSignals.SecureSignalProvidersArray

  return {
    api,
    /** All available signals by provider, once the collectors are done or the time is up. */
    async collected(limitMs: number): Promise<Record<string, string>> {
      const late = new Promise((resolve) => setTimeout(resolve, limitMs))
      await Promise.race([Promise.all(registered.map(collect)), late])
      const names = [...new Set(registered.map(({ name }) => name))]
      return Object.fromEntries(names.flatMap((name) => [[name, cached(name)]]).filter(([, text]) => text))
    },
  }
}
