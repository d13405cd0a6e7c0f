import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { createBuyer } from '../../lib/sandbox/buyer/buyer.ts'
import { createAuctionMemory } from '../../lib/sandbox/exchange/auction-memory.ts'
import { handleAuction, handlePreflight } from '../../lib/sandbox/exchange/web.ts'
import { startOperator } from '../../lib/sandbox/operator/node.ts'
import { sandboxDsp, sandboxPublisher } from '../../lib/shared/sandbox-credentials.ts'

/** Starts the sandbox's operator and exchange on ports of their own. Returns the variables of an app that uses them. */
export async function startSandbox(): Promise<Record<string, string>> {
  const { baseUrl } = await startOperator()
  return {
    UID2_BASE_URL: baseUrl,
    UID2_API_KEY: sandboxPublisher.apiKey,
    UID2_CLIENT_SECRET: sandboxPublisher.clientSecret,
    PREBID_SERVER_URL: await startExchange(baseUrl),
  }
}

/** Its buyer opens the token of each bid request, as a DSP would. Returns the URL of the auction. */
async function startExchange(operatorUrl: string): Promise<string> {
  const buyer = createBuyer({
    source: 'uidapi.com',
    clientSecret: sandboxDsp.clientSecret,
    async call(body, signal) {
      const reply = await fetch(`${operatorUrl}/v2/key/bidstream`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sandboxDsp.apiKey}` },
        body: new Uint8Array(Buffer.from(body)),
        signal,
      })
      return Buffer.from(await reply.arrayBuffer())
    },
  })
  const exchange = { buyer, memory: createAuctionMemory(), origin: '' }
  const server = createServer(async (message, response) => {
    try {
      const request = await toRequest(message)
      const isPreflight = request.method === 'OPTIONS'
      const answer = isPreflight ? handlePreflight(request) : await handleAuction(request, exchange)
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(Buffer.from(await answer.arrayBuffer()))
    } catch {
      response.destroy()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/openrtb2/auction`
}

async function toRequest(message: IncomingMessage): Promise<Request> {
  const headers = Object.entries(message.headers).map(
    ([name, value]) => [name, String(value)] as [string, string],
  )
  const body = message.method === 'POST' ? new Uint8Array(await buffer(message)) : null
  return new Request('http://127.0.0.1/', { method: message.method ?? 'GET', headers, body })
}
