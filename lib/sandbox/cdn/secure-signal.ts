import 'server-only'

/** Where the two products' scripts differ: src/secureSignal_shared.ts, as below. */
export interface SignalNames {
  /** The eid source, also the provider's id. */
  source: 'uidapi.com' | 'euid.eu'
  /** The SDK's global. */
  sdk: '__uid2' | '__euid'
  /** The global function that a page without the SDK defines: `(): Promise<string | null | undefined>`. */
  tokenFunction: 'getUid2AdvertisingToken' | 'getEuidAdvertisingToken'
  provider: '__uid2SecureSignalProvider' | '__euidSecureSignalProvider'
}

/**
 * A stand-in for the script that Google's tag loads when Ad Manager is set to deploy it,
 * `https://cdn.prod.uidapi.com/uid2SecureSignal.js`. From IABTechLab/uid2-web-integrations:
 * - the page's own function is looked up once, when the script is evaluated, and takes precedence over the
 *   SDK. A collector calls it up to three times, without a pause (src/secureSignal_shared.ts)
 * - with the SDK a provider is registered once there is an identity, and again at each new one, beside the
 *   earlier one (src/secureSignalUid2.ts, pull request 213)
 *
 * It runs in a browser and is served as text, so it may use nothing else of this module.
 */
export function secureSignal({ source, sdk, tokenFunction, provider }: SignalNames): void {
  type Ask = () => Promise<string>
  type Handler = (event: string) => void
  interface Sdk {
    callbacks?: Handler[]
    getIdentity?(): object | null
    getAdvertisingTokenAsync?: Ask
  }
  interface Tag {
    cmd: unknown[]
    secureSignalProviders?: { push(provider: { id: string; collectorFunction: Ask }): unknown }
  }
  const ATTEMPTS = 3
  const page = window as unknown as { googletag?: Tag } & Record<string, unknown>
  const loadedSdk = () => page[sdk] as Sdk | undefined
  let isRegistered = false

  function tokenSource(): Ask | undefined {
    const own = page[tokenFunction]
    if (typeof own === 'function') return own as Ask
    const held = loadedSdk()
    return held?.getAdvertisingTokenAsync && (() => (held.getAdvertisingTokenAsync as Ask)())
  }

  async function collect(ask: Ask): Promise<string> {
    for (let attempt = 1; ; attempt++)
      try {
        return await ask()
      } catch (error) {
        if (attempt === ATTEMPTS) throw error
      }
  }

  function registerSecureSignalProvider(): void {
    const ask = tokenSource()
    // biome-ignore lint/suspicious/noConsole: as the script itself tells its page.
    if (!ask) console.warn(`UidSecureSignal: Please implement \`${tokenFunction}\``)
    if (!ask || isRegistered) return
    isRegistered = true
    page.googletag ??= { cmd: [] }
    page.googletag.secureSignalProviders ??= []
    page.googletag.secureSignalProviders.push({ id: source, collectorFunction: () => collect(ask) })
  }

  function resetProviderRegistration(): void {
    isRegistered = false
  }

  page[provider] = { registerSecureSignalProvider, resetProviderRegistration }
  if (typeof page[tokenFunction] === 'function') registerSecureSignalProvider()
  page[sdk] ??= { callbacks: [] }
  loadedSdk()?.callbacks?.push((event) => {
    if (!['SdkLoaded', 'InitCompleted', 'IdentityUpdated'].includes(event)) return
    if (!loadedSdk()?.getIdentity?.()) return
    if (event === 'IdentityUpdated') resetProviderRegistration()
    registerSecureSignalProvider()
  })
}
