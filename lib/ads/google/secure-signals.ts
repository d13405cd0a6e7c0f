import type { Product } from '../../identity/public-identity'
import type { ConsentWait } from '../consent/consent-wait'
import { oncePerWindow } from '../once-per-window'
import type { TokenStore } from '../token-store/transitions'
import { type GptWindow, queueOf } from './gpt-queue'
import { noteGiven, noteHeld } from './signals-cache'

type Store = Pick<TokenStore, 'on' | 'currentToken' | 'getSnapshot' | 'settled'>

interface SignalWindow extends GptWindow {
  getUid2AdvertisingToken?: () => Promise<string>
  getEuidAdvertisingToken?: () => Promise<string>
}

/**
 * Gives the token to Google's tag as a secure signal: a provider for each source, and not before there is a token,
 * because what a provider first answers is kept. It answers after the page's consent platform has spoken. A provider
 * that has no token any more rejects; an empty answer would be kept, too. https://unifiedid.com/docs/guides/integration-google-ss
 */
export function pushSecureSignals(
  tokenStore: Store,
  consent: ConsentWait,
  page: SignalWindow = window as SignalWindow,
): void {
  const pushed = new Set<string>()
  tokenStore.on('available', (state) => {
    if (state.status !== 'available' || pushed.has(state.source)) return
    const id = state.source
    pushed.add(id)
    const tag = queueOf(page)
    tag.secureSignalProviders ??= []
    tag.secureSignalProviders.push({
      id,
      collectorFunction: () => tokenFor(id, tokenStore, consent),
    })
  })
}

/** Rejects when there is none to give, which Google's tag takes for no signal. */
async function tokenFor(source: string, tokenStore: Store, consent: ConsentWait): Promise<string> {
  if (!(await consent())) throw new Error('The consent platform is silent.')
  const token = tokenStore.currentToken()
  if (token?.source !== source) throw new Error('There is no token.')
  noteGiven(tokenStore.getSnapshot())
  return token.id
}

/**
 * For Ad Manager's "Google Deploy": Google's tag loads the script of UID2 or EUID, which looks for these functions as
 * it is evaluated, so they are there before Google's tag is.
 * https://github.com/IABTechLab/uid2-web-integrations, src/secureSignal_shared.ts
 */
export function answerGoogleDeploy(
  tokenStore: Store,
  consent: ConsentWait,
  page: SignalWindow = window as SignalWindow,
): void {
  const tokenOf = (source: string) => async (): Promise<string> => {
    await tokenStore.settled()
    return tokenFor(source, tokenStore, consent)
  }
  page.getUid2AdvertisingToken = tokenOf('uidapi.com')
  page.getEuidAdvertisingToken = tokenOf('euid.eu')
}

/**
 * Prebid as who gives the signals: its setting, and the call that registers them, which does nothing before Google's
 * tag is there and would register them once more each time.
 * https://docs.prebid.org/dev-docs/modules/userId.html#esp-configurations
 */
export function prebidSignals(product: Product, tokenStore: Pick<TokenStore, 'getSnapshot'>) {
  const source = product === 'euid' ? 'euid.eu' : 'uidapi.com'
  return {
    userSync: { encryptedSignalSources: { sources: [{ source: [source], encrypt: false }] } },
    register(pbjs: { registerSignalSources(): void }): void {
      queueOf(window as GptWindow).cmd.push(() => {
        noteHeld(tokenStore.getSnapshot())
        oncePerWindow('prebid.signals', () => {
          pbjs.registerSignalSources()
          return true
        })
      })
    },
  }
}
