/**
 * Reads a request body of at most `limit` bytes; `null` when it is longer, or breaks off, and then no one
 * waits for an answer. A declared length is not trusted: a chunked body has none, so the bytes are counted as they
 * come.
 */
export async function readCapped(request: Request, limit: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = request.body?.getReader()
  for (;;) {
    const part = await reader?.read().catch(() => null)
    if (part === null) return null
    if (part === undefined || part.done) break
    size += part.value.byteLength
    if (size > limit) {
      // Not waited for: of a cloned request it settles only when the other copy is cancelled too.
      reader?.cancel().catch(() => {})
      return null
    }
    chunks.push(part.value)
  }
  const body = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.byteLength
  }
  return body
}
