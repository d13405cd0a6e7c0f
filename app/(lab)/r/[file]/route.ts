import { env } from '#lib/env/env.ts'
import { registryFile } from '#lib/registry/index.ts'
import { sourcesIn } from '#lib/registry/sources.ts'

/** `npx shadcn add <origin>/r/uid2-identity.json` puts a pattern into another app: docs/take-it-home.md. */
export async function GET(_: Request, { params }: { params: Promise<{ file: string }> }): Promise<Response> {
  const { lab, origin } = env()
  const built = lab ? registryFile((await params).file, sourcesIn(process.cwd()), origin) : null
  return built ? Response.json(built) : new Response('Not Found', { status: 404 })
}
