import { createBuyer, type TokenReading } from '#lib/sandbox/buyer/buyer.ts'
import { sandboxDsp } from '#lib/shared/sandbox-credentials.ts'

/** What a buyer reads in a token, with keys from this sandbox operator over HTTP. */
export function readAsBuyer(operatorUrl: string, token: string | undefined): Promise<TokenReading> {
  const buyer = createBuyer({
    source: 'uidapi.com',
    clientSecret: sandboxDsp.clientSecret,
    async call(body) {
      const reply = await fetch(`${operatorUrl}/v2/key/bidstream`, {
        method: 'POST',
        headers: { authorization: `Bearer ${sandboxDsp.apiKey}` },
        body: Buffer.from(body),
      })
      return Buffer.from(await reply.arrayBuffer())
    },
  })
  return buyer.read(token)
}
