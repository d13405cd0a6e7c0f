import 'server-only'

import type { SdkIdentity } from './sdk-api'

/**
 * How UID2's SDK for JavaScript answers callers that wait for a token: src/promiseHandler.ts of
 * IABTechLab/uid2-web-integrations, release 4.0.1. They wait for `init` and for a running request.
 *
 * It runs in a browser and is served as text, so it may use nothing else of this module.
 */
export function sdkPromises(isUnderWay: () => boolean) {
  let waiting: { resolve(token: string): void; reject(reason: Error): void }[] = []
  /** `init` or `disconnect` was called. */
  let isSettled = false

  return {
    hear(event: string, identity: SdkIdentity | null | undefined): void {
      if (event !== 'InitCompleted' && event !== 'IdentityUpdated') return
      if (event === 'InitCompleted') isSettled = true
      if (isUnderWay()) return
      const all = waiting
      waiting = []
      for (const { resolve, reject } of all)
        if (identity) resolve(identity.advertising_token)
        else reject(new Error('No identity available.'))
    },
    rejectAll(reason: Error): void {
      isSettled = true
      const all = waiting
      waiting = []
      for (const { reject } of all) reject(reason)
    },
    promise(token: string | undefined): Promise<string> {
      if (!isSettled || isUnderWay())
        return new Promise((resolve, reject) => {
          waiting.push({ resolve, reject })
        })
      return token ? Promise.resolve(token) : Promise.reject(new Error('Identity not available'))
    },
  }
}
