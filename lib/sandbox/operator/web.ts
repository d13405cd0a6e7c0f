import 'server-only'

import { BODY_LIMIT, type Operator } from './operator'
import type { OperatorReply } from './types'

/** Mounts the operator on web requests. `path` is the rest after the mount's prefix, with a slash. */
export async function handleWeb(operator: Operator, request: Request, path: string): Promise<Response> {
  const body = await readRaw(request, BODY_LIMIT).catch(() => null)
  // The request was cut off: no client is waiting.
  if (body === null) return new Response(null, { status: 400 })
  const headers = Object.fromEntries(request.headers)
  const reply = await operator.handle({ method: request.method, path, headers, body }, request.signal)
  return toResponse(reply)
}

function toResponse(reply: OperatorReply): Response {
  const { status, headers } = reply
  if (reply.fault === 'reset') return new Response(breakingBody(), { status, headers })
  const isBodiless = status === 204 || status === 205 || status === 304
  // As bytes: for text, Response adds a content type.
  const body = new Uint8Array(Buffer.from(reply.body))
  return new Response(isBodiless ? null : body, { status, headers })
}

/** The unchanged bytes, never a parsed form: base64 contains `+` and `=`. Stops just past the limit. */
async function readRaw(request: Request, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of request.body ?? []) {
    chunks.push(chunk)
    total += chunk.length
    if (total > limit) break
  }
  return Buffer.concat(chunks)
}

/** Only a socket can be reset before the headers. Here the headers are sent, then the body breaks off. */
function breakingBody(): ReadableStream<Uint8Array> {
  let begun = false
  return new ReadableStream({
    async pull(controller) {
      if (begun) {
        // The first bytes must have been sent, or the server can still answer 500.
        await new Promise((resolve) => setTimeout(resolve, 20))
        controller.error(new Error('connection broken by a sandbox fault'))
      } else {
        begun = true
        controller.enqueue(Buffer.from('AAAA'))
      }
    },
  })
}
