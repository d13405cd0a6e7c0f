import { env } from '#lib/env/server.ts'
import { sandboxBuyer } from '#lib/sandbox/buyer/instance.ts'
import { handleAuction, handlePreflight } from '#lib/sandbox/exchange/web.ts'

export const dynamic = 'force-dynamic'

const notFound = () => new Response('Not Found', { status: 404 })

export async function POST(request: Request): Promise<Response> {
  const { mode, product } = env()
  return mode === 'sandbox' ? handleAuction(request, sandboxBuyer(product)) : notFound()
}

export function OPTIONS(request: Request): Response {
  return env().mode === 'sandbox' ? handlePreflight(request) : notFound()
}
