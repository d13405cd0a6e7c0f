import 'server-only'

import type { SdkIdentity, SdkNames } from './sdk-api'

/**
 * How UID2's SDK for JavaScript refreshes a token: src/apiClient.ts of IABTechLab/uid2-web-integrations,
 * release 4.0.1. It posts the bare refresh token without custom headers, so there is no preflight. A 200
 * response is decrypted with the token's response key. Any other response is plain JSON and counts when its
 * status is one of three.
 *
 * It runs in a browser and is served as text, so it may use nothing else of this module.
 */
export function sdkRefresh({ product }: Pick<SdkNames, 'product'>, url: () => string) {
  type Answer = { status: 'success'; body: SdkIdentity } | { status: 'optout' | 'expired_token' }
  const open = new Set<XMLHttpRequest>()
  const FIELDS = ['advertising_token', 'identity_expires', 'refresh_from', 'refresh_token', 'refresh_expires']
  const bytes = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

  async function unseal(text: string, responseKey: string): Promise<string> {
    const sealed = bytes(text)
    const key = await crypto.subtle.importKey('raw', bytes(responseKey), 'AES-GCM', false, ['decrypt'])
    const algorithm = { name: 'AES-GCM', iv: sealed.slice(0, 12), tagLength: 128 }
    return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, sealed.slice(12)))
  }

  return {
    isUnderWay: () => open.size > 0,
    abort() {
      for (const request of open) request.abort()
      open.clear()
    },
    /** Rejects without a valid response. */
    call({ refresh_token, refresh_response_key }: SdkIdentity): Promise<Answer> {
      const request = new XMLHttpRequest()
      open.add(request)
      request.open('POST', url())
      return new Promise((resolve, reject) => {
        function read(text: string): void {
          const answer = JSON.parse(text) as Answer
          const counts =
            answer.status === 'success'
              ? FIELDS.every((field) => field in answer.body)
              : /^(optout|expired_token)$/.test(answer.status)
          if (counts) resolve(answer)
          else reject("Response didn't contain a valid status")
        }
        function ended(): void {
          // Removed before the caller learns of the response. From here on an abort has no effect, though the
          // response is still to be decrypted.
          open.delete(request)
          const { status, responseText } = request
          try {
            if (refresh_response_key === undefined || status !== 200) read(responseText)
            else
              unseal(responseText, refresh_response_key)
                .then(read)
                .catch((reason) => reject(`Call to ${product} API failed: ${reason}`))
          } catch (error) {
            reject(error)
          }
        }
        // An aborted request fails like any other, but after the code that aborted it.
        request.onload = request.onerror = request.onabort = ended
        request.send(refresh_token)
      })
    },
  }
}
