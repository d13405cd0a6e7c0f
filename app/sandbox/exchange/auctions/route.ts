import { env } from '#lib/env/env.ts'
import { auctionMemory } from '#lib/sandbox/exchange/auction-memory.ts'
import { handleAuctions } from '#lib/sandbox/exchange/web.ts'

export function GET(request: Request): Response {
  if (env().mode !== 'sandbox') return new Response('Not Found', { status: 404 })
  return handleAuctions(request, auctionMemory())
}
