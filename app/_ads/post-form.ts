interface Words {
  /** When the server's answer says nothing that can be shown. */
  failed: string
  /** When there was no answer. */
  unreachable: string
}

/** Sends a form as the browser would without script; answers where to go, or what to tell the reader. */
export async function postForm(
  address: string,
  form: FormData,
  words: Words,
): Promise<{ url: string } | { message: string }> {
  try {
    const fields = [...form].map(([name, value]) => [name, String(value)])
    const body = new URLSearchParams(fields)
    // It arrives also when the reader leaves the page meanwhile; a browser sends no more than 64 KiB so.
    const keepalive = body.toString().length < 48 * 1024
    const response = await fetch(address, { method: 'POST', body, keepalive })
    const answer: unknown = await response.json()
    if (response.ok && has(answer, 'url')) return answer
    return has(answer, 'message') ? answer : { message: words.failed }
  } catch {
    return { message: words.unreachable }
  }
}

function has<K extends string>(value: unknown, key: K): value is Record<K, string> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, key) === 'string'
}
