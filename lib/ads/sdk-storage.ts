import type { ClientIdentity, Product } from '../identity/public-identity'
import { removeEverywhere, store, stored } from './stored'

/** Our own key: which identity of the server the SDK refreshed, and to which. */
export const SDK_MARK = 'uid2_sdk'

/** `localStorage` and cookies that script can read: src/uid2Sdk.ts, euidSdk.ts and configManager.ts of the SDKs. */
const keys: Record<Product, string> = { uid2: 'UID2-sdk-identity', euid: 'EUID-sdk-identity' }
const cookies = ['__uid_2', '__euid']

/**
 * With a configuration in the browser the SDK initialises itself as it is loaded: it takes the stored identity,
 * which may be another reader's, and refreshes it. We call `init` ourselves, so the configuration is never needed.
 */
export function removeSdkConfigs(): void {
  for (const name of [...Object.values(keys), ...cookies]) removeEverywhere(`${name}_config`)
}

/** Everything that the SDKs keep. With `server`: except that identity of the server, and what was made of it. */
export function removeSdkLeftovers(server?: ClientIdentity): void {
  removeSdkConfigs()
  for (const product of ['uid2', 'euid'] as const)
    if (!server || madeOf(server, product) === null) removeEverywhere(keys[product])
  // The SDKs prefer an identity in a cookie. Ours never use cookies, so another script set it.
  cookies.forEach(removeEverywhere)
  if (!server || !stored(SDK_MARK)?.startsWith(`${server.advertising_token} `)) removeEverywhere(SDK_MARK)
}

/**
 * What the SDK keeps, if that is this identity of the server or was made of it. The server gives the identity that it
 * got once until it has expired, so without this each page would refresh it anew.
 */
export function madeOf(server: ClientIdentity, product: Product): ClientIdentity | null {
  const kept = keptBySdk(product)
  if (kept === null) return null
  const isMine =
    kept.advertising_token === server.advertising_token || stored(SDK_MARK) === markOf(server, kept)
  return isMine ? kept : null
}

export function keptBySdk(product: Product): ClientIdentity | null {
  try {
    return JSON.parse(stored(keys[product]) ?? 'null')
  } catch {
    return null
  }
}

export const markMade = (server: ClientIdentity, made: ClientIdentity): void =>
  store(SDK_MARK, markOf(server, made))

const markOf = (server: ClientIdentity, made: ClientIdentity): string =>
  `${server.advertising_token} ${made.advertising_token}`
