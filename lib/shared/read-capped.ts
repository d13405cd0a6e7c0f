/**
 * Reads a request body of at most `limit` bytes; `null` when it is longer, or breaks off: no answer reaches that
 * client, and an error would be a stack in the log for each. A declared length is not trusted: a chunked body has
 * none, so the bytes are counted as they come.
 */
export async function readCapped(request: Request, limit: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null
  const { bytes, whole } = await readUpTo(request, limit)
  return whole ? bytes : null
}

/** The same, with what came before the limit, or before it broke off. */
export async function readUpTo(
  request: Request,
  limit: number,
): Promise<{ bytes: Uint8Array; whole: boolean }> {
  const chunks: Uint8Array[] = []
  const reader = request.body?.getReader()
  for (let left = limit; ; ) {
    const part = await reader?.read().catch(() => null)
    if (part === null) return { bytes: Buffer.concat(chunks), whole: false }
    if (part === undefined || part.done) return { bytes: Buffer.concat(chunks), whole: true }
    chunks.push(part.value.subarray(0, left))
    left -= part.value.byteLength
    if (left < 0) {
      // Not waited for: of a cloned request it settles only when the other copy is cancelled too.
      reader?.cancel().catch(() => {})
      return { bytes: Buffer.concat(chunks), whole: false }
    }
  }
}
