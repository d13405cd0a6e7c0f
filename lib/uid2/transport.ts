import { Uid2Error } from './errors'
import { type HttpReply, MAX_REPLY_BYTES, oneLine, replyTooLarge } from './reply'
import type { PreparedRequest } from './requests'

/**
 * Sends one request and reads the whole reply.
 *
 * @throws Uid2Error `network`, `redirected`, `response_too_large`
 */
export async function sendRequest<Outcome>(
  fetch: typeof globalThis.fetch,
  { url, method, headers, body }: PreparedRequest<Outcome>,
  signal: AbortSignal,
): Promise<HttpReply> {
  try {
    const response = await fetch(url, {
      method,
      headers,
      body,
      signal,
      redirect: 'manual',
      // Frameworks add caches to fetch, and a cached token would be another person's.
      cache: 'no-store',
    })
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
      discard(response.body)
      throw new Uid2Error('redirected', 'the operator answered with a redirect; is the base URL right?', {
        httpStatus: response.status,
      })
    }
    return { status: response.status, headers: response.headers, body: await readBytes(response) }
  } catch (cause) {
    if (cause instanceof Uid2Error) throw cause
    throw new Uid2Error('network', 'the connection to the operator failed', {
      cause: describeCause(cause, [headers.Authorization?.replace('Bearer ', ''), body]),
    })
  }
}

/**
 * A copy of the fault with only name, message and code. Wrappers of fetch attach or quote the request, which
 * contains the API key.
 */
function describeCause(fault: unknown, sent: readonly unknown[], depth = 3): Error | undefined {
  if (!(fault instanceof Error) || depth === 0) return undefined
  const { name, message, code } = fault as Error & { code?: unknown }
  const cause = describeCause(fault.cause, sent, depth - 1)
  const secrets = sent.filter((it) => typeof it === 'string' && it !== '') as string[]
  const known = typeof code === 'string' ? { name, code } : { name }
  return Object.assign(new Error(oneLine(message, 300, secrets), cause && { cause }), known)
}

async function readBytes(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = response.body?.getReader()
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true }
    if (done || !value) break
    chunks.push(value)
    size += value.byteLength
    if (size > MAX_REPLY_BYTES) {
      reader?.releaseLock()
      discard(response.body)
      throw replyTooLarge(response.status)
    }
  }
  return join(chunks, size)
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  // Nearly every response arrives in one chunk.
  if (chunks.length === 1 && chunks[0]) return chunks[0]
  const bytes = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

/** Releases the connection. The result does not matter. */
function discard(body: ReadableStream | null): void {
  body?.cancel().catch(() => undefined)
}
