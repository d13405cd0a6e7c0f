/**
 * Reads a request body of at most `limit` bytes. Null when it is longer, or when the connection breaks off:
 * no answer reaches that client, and an error would only log a stack. The bytes are counted as they arrive,
 * because a chunked body has no declared length.
 */
export async function readCapped(request: Request, limit: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) return null
  const { bytes, whole } = await readUpTo(request, limit)
  return whole ? bytes : null
}

/** As `readCapped`, but returns what arrived before the limit or the break. */
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
      // Not awaited: for a cloned request it settles only when the other copy is cancelled too.
      reader?.cancel().catch(() => {})
      return { bytes: Buffer.concat(chunks), whole: false }
    }
  }
}
