import { Uid2Error } from './errors.ts'
import type { OperatorReply } from './reply.ts'

/** One call to an operator, without its address and credentials. */
export interface OperatorRequest {
  readonly path: string
  readonly body: string
}

/** A request whose reply has to echo `nonce`. */
export interface SealedRequest extends OperatorRequest {
  readonly nonce: Uint8Array
}

export interface Transport {
  readonly baseUrl: string
  readonly apiKey: string
  readonly fetch: typeof fetch
  readonly now: () => number
}

/** The longest answer of the protocol has about 2 kB; the rest is room for fields to come. */
const MAX_REPLY_BYTES = 64 * 1024

/** Operators count callers by this; a version would be one more number to forget. */
const CLIENT_NAME = 'uid2-reference-publisher'

/**
 * Sends one request and reads the whole reply, both within `timeoutMs`. It does not retry: a retry has to
 * seal its request anew, so it belongs above {@link OperatorRequest}.
 *
 * @throws Uid2Error `timeout`, `aborted`, `network`, `redirected`, `response_too_large`
 */
export function send(
  transport: Transport,
  request: OperatorRequest,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<OperatorReply> {
  return withDeadline((stop) => exchange(transport, request, stop), timeoutMs, signal)
}

async function exchange(
  { baseUrl, apiKey, fetch, now }: Transport,
  { path, body }: OperatorRequest,
  signal: AbortSignal,
): Promise<OperatorReply> {
  try {
    const response = await fetch(baseUrl + path, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${apiKey}`,
        // Anything but application/octet-stream means base64 both ways.
        'Content-Type': 'text/plain',
        'X-UID2-Client-Version': CLIENT_NAME,
      },
      body,
      signal,
      redirect: 'manual',
      // Frameworks wrap fetch with caches, and a cached token would be another person's.
      cache: 'no-store',
    })
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
      discard(response.body)
      throw new Uid2Error('redirected', 'the operator answered with a redirect; is the base URL right?', {
        httpStatus: response.status,
      })
    }
    const arrived = now()
    return {
      status: response.status,
      body: await readText(response),
      clockSkewMs: until(response.headers.get('date'), arrived),
      retryAfterMs: retryAfter(response.headers.get('retry-after'), arrived),
    }
  } catch (cause) {
    if (cause instanceof Uid2Error) throw cause
    throw new Uid2Error('network', 'the connection to the operator failed', { cause })
  }
}

async function readText(response: Response): Promise<string> {
  if (!response.body) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > MAX_REPLY_BYTES) {
      reader.releaseLock()
      discard(response.body)
      throw new Uid2Error('response_too_large', `the reply is longer than ${MAX_REPLY_BYTES} bytes`, {
        httpStatus: response.status,
      })
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** Lets go of the connection. Nobody waits for it, and nobody is interested in whether it worked. */
function discard(body: ReadableStream | null): void {
  body?.cancel().catch(() => undefined)
}

/** From our clock to an HTTP date, in ms. */
function until(date: string | null, now: number): number | undefined {
  const time = Date.parse(date ?? '')
  return Number.isNaN(time) ? undefined : time - now
}

function retryAfter(value: string | null, now: number): number | undefined {
  if (value && /^\d{1,9}$/.test(value)) return Number(value) * 1000
  const delay = until(value, now)
  return delay === undefined ? undefined : Math.max(0, delay)
}

/**
 * Settles when `run` does, when the time is up or when the caller aborts, whichever is first, even when
 * `run` ignores its signal. A timer of our own rather than `AbortSignal.timeout`, so that a call that is
 * over leaves neither timer nor listener behind on a signal that lives longer.
 */
async function withDeadline<T>(
  run: (stop: AbortSignal) => Promise<T>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<T> {
  const stop = new AbortController()
  let cleanUp = () => {}
  const ended = new Promise<never>((_, reject) => {
    const end = (error: Uid2Error) => {
      reject(error)
      stop.abort(error)
    }
    const onAbort = () =>
      end(new Uid2Error('aborted', 'the caller aborted the call', { cause: signal?.reason }))
    const onTimeout = () => end(new Uid2Error('timeout', `no complete answer within ${timeoutMs} ms`))
    const timer = setTimeout(onTimeout, timeoutMs)
    signal?.addEventListener('abort', onAbort, { once: true })
    cleanUp = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    if (signal?.aborted) onAbort()
  })
  try {
    return await Promise.race([ended, stop.signal.aborted ? ended : run(stop.signal)])
  } finally {
    cleanUp()
  }
}
