import 'server-only'

import type { SdkIdentity } from './sdk-api.ts'

/**
 * How UID2's SDK for JavaScript renews a token: src/apiClient.ts of IABTechLab/uid2-web-integrations. The bare refresh
 * token is posted without any header of its own, so there is no preflight; an answer of 200 is opened with the key
 * that came with the token, every other one is plain JSON, and counts when its status is one of three.
 *
 * Runs in a browser, served as text: it may use nothing of this module.
 */
export function sdkRefresh(url: string) {
  type Answer = { status: 'success'; body: SdkIdentity } | { status: 'optout' | 'expired_token' }
  const open = new Set<XMLHttpRequest>()
  const bytes = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

  async function unseal(text: string, responseKey: string): Promise<string> {
    const sealed = bytes(text)
    const key = await crypto.subtle.importKey('raw', bytes(responseKey), 'AES-GCM', false, ['decrypt'])
    const algorithm = { name: 'AES-GCM', iv: sealed.slice(0, 12), tagLength: 128 }
    return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key, sealed.slice(12)))
  }

  function post(refreshToken: string): Promise<XMLHttpRequest> {
    const request = new XMLHttpRequest()
    open.add(request)
    request.open('POST', url)
    return new Promise((resolve) => {
      // Over before anybody hears of it. An aborted one fails like any other, after what aborted it: as there, the SDK
      // then takes up again what it wanted to renew.
      request.onload =
        request.onerror =
        request.onabort =
          () => {
            open.delete(request)
            resolve(request)
          }
      request.send(refreshToken)
    })
  }

  return {
    isUnderWay: () => open.size > 0,
    abort() {
      for (const request of open) request.abort()
      open.clear()
    },
    /** Rejects when no answer came that counts. */
    async call({ refresh_token, refresh_response_key }: SdkIdentity): Promise<Answer> {
      const { status, responseText } = await post(refresh_token)
      const isSealed = refresh_response_key !== undefined && status === 200
      const text = isSealed ? await unseal(responseText, refresh_response_key) : responseText
      const answer = JSON.parse(text) as Answer
      const counts =
        answer.status === 'success' ? 'body' in answer : /^(optout|expired_token)$/.test(answer.status)
      if (!counts) throw new Error("Response didn't contain a valid status")
      return answer
    },
  }
}
