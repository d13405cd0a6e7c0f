import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { BidRequest } from '#lib/ads/server/openrtb.ts'

export interface PrebidServer {
  /** Environment variables that make the site use it. */
  env: Record<string, string>
  /** Every request, the newest one last. */
  requests: { body: BidRequest; headers: Record<string, unknown> }[]
  /** Answers the next request with this bid, or breaks the connection. Without it there is no bid. */
  answerWith(answer: object | 'reset'): void
  close(): void
}

/** A Prebid Server that keeps its requests. */
export async function startPrebidServer(): Promise<PrebidServer> {
  const requests: PrebidServer['requests'] = []
  let next: object | 'reset' | null = null
  const server = createServer(async (request, response) => {
    requests.push({ body: JSON.parse(await text(request)) as BidRequest, headers: request.headers })
    const answer = next
    next = null
    if (answer === 'reset') request.destroy()
    else if (answer === null) response.writeHead(204).end()
    else response.end(JSON.stringify({ seatbid: [{ bid: [answer] }] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    env: {
      PREBID_SERVER_URL: `http://127.0.0.1:${port}/openrtb2/auction`,
      PREBID_ACCOUNT_ID: 'account-7',
    },
    requests,
    answerWith(answer) {
      next = answer
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
