import 'server-only'

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { BODY_LIMIT, createOperator, type Operator } from './operator'
import { pathOf } from './path'

export interface RunningOperator {
  /** The client's base URL. `/faults` is beside `/v2`. */
  baseUrl: string
  operator: Operator
  close(): Promise<void>
}

/** Starts an operator on its own port, for tests and tools. */
export async function startOperator(
  options?: Parameters<typeof createOperator>[0],
): Promise<RunningOperator> {
  const operator = createOperator(options)
  const server = createServer((request, response) => {
    serve(operator, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    operator,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(operator: Operator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const reply = await operator.handle(
    {
      method: request.method ?? 'GET',
      path: pathOf(request.url ?? '/'),
      headers: flatten(request),
      body: await readRaw(request),
    },
    gone.signal,
  )
  if (reply.fault === 'reset') {
    request.socket.resetAndDestroy()
    return
  }
  // Vert.x sends no `Date`.
  response.sendDate = false
  response.writeHead(reply.status, reply.headers)
  response.end(reply.body)
}

async function readRaw(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let total = 0
  // Leaving the loop must not destroy the socket: the caller must still get the error response.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    total += chunk.length
    if (total > BODY_LIMIT) break
  }
  return Buffer.concat(chunks)
}

function flatten(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  )
}
