import { env } from '#lib/env/env.ts'
import { sandboxBuyer } from '#lib/sandbox/buyer/instance.ts'
import { auctionMemory } from '#lib/sandbox/exchange/auction-memory.ts'
import { handleAuction, handlePreflight } from '#lib/sandbox/exchange/web.ts'

const notFound = () => new Response('Not Found', { status: 404 })

export async function POST(request: Request): Promise<Response> {
  const { mode, product, origin } = env()
  if (mode !== 'sandbox') return notFound()
  return handleAuction(request, { buyer: sandboxBuyer(product), memory: auctionMemory(), origin })
}

export function OPTIONS(request: Request): Response {
  return env().mode === 'sandbox' ? handlePreflight(request) : notFound()
}
