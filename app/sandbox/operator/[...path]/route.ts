import { env } from '#lib/env/env.ts'
import { isCrossSite } from '#lib/http/same-origin.ts'
import { sandboxOperator } from '#lib/sandbox/operator/instance.ts'
import { handleWeb } from '#lib/sandbox/operator/web.ts'

async function handle(request: Request, context: { params: Promise<{ path: string[] }> }): Promise<Response> {
  const { mode, deployed, product } = env()
  const path = `/${(await context.params).path.join('/')}`
  if (mode !== 'sandbox' || (deployed && path === '/faults'))
    return new Response('Not Found', { status: 404 })
  // `/faults` controls the whole sandbox: tools and this site's own pages may use it, pages of other sites
  // may not.
  if (path === '/faults' && request.method !== 'GET' && isCrossSite(request.headers))
    return new Response('Forbidden', { status: 403 })
  return handleWeb(sandboxOperator(product), request, path)
}

export { handle as GET, handle as OPTIONS, handle as POST }
