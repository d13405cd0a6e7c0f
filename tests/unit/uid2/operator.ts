import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createUid2Client, type Uid2Client, type Uid2ClientOptions } from '#lib/uid2/index.ts'
import { toBase64 } from '../../conformance/bytes.ts'
import { apiKey, type Answer as Reply, secret } from '../../conformance/operator.ts'

/*
 * A fake operator over real HTTP, for what only a real connection shows. tests/conformance tests the
 * content of replies.
 */

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
  body: string
}

interface TestOperator {
  client: Uid2Client
  baseUrl: string
  seen: Seen[]
}

export type Answer = (response: ServerResponse, seen: Seen) => void

/** Starts an operator that answers every request with `answer`, and a client of it. */
export async function operator(
  answer: Answer,
  options: Partial<Uid2ClientOptions> = {},
): Promise<TestOperator> {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method, url, headers } = request
    const one = { method, url, headers, body: Buffer.concat(chunks).toString('latin1') }
    seen.push(one)
    answer(response, one)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clientSecret = toBase64(secret)
  return {
    client: createUid2Client({ baseUrl, apiKey, clientSecret, retries: 0, ...options }),
    baseUrl,
    seen,
  }
}

/** A reply in plaintext. */
export function plain(status: number, body: string, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body)
}

/** Sends the answer of tests/conformance's fake operator over a real connection. */
export function overHttp(reply: Reply): Answer {
  return async (response, { method, url, headers, body }) => {
    const seen = { url: url ?? '', method, headers: new Headers(headers as Record<string, string>), body }
    const answer = await reply(seen)
    const bytes = new Uint8Array(await answer.arrayBuffer())
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(bytes)
  }
}
