import { env } from '#lib/env/env.ts'
import { cdnScript } from '#lib/sandbox/cdn/scripts.ts'

export async function GET(_: Request, context: { params: Promise<{ script: string }> }): Promise<Response> {
  const text = env().mode === 'sandbox' ? cdnScript((await context.params).script) : undefined
  if (text === undefined) return new Response('Not Found', { status: 404 })
  const headers = { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'no-store' }
  return new Response(text, { headers })
}
