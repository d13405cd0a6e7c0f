import 'server-only'

import type { SdkIdentity, SdkNames } from './sdk-api'

/**
 * How UID2's SDK for JavaScript renews a token: src/apiClient.ts of IABTechLab/uid2-web-integrations, release 4.0.1.
 * The bare refresh token is posted without any header of its own, so there is no preflight; an answer of 200 is opened
 * with the key that came with the token, every other one is plain JSON, and counts when its status is one of three.
 *
 * Runs in a browser, served as text: it may use nothing of this module.
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
    /** Rejects when no answer came that counts. */
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
          // Before anybody hears of it. From here on an abort ends nothing, though the answer is still to be opened.
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
        // One that is aborted fails like any other, after what aborted it.
        request.onload = request.onerror = request.onabort = ended
        request.send(refresh_token)
      })
    },
  }
}
