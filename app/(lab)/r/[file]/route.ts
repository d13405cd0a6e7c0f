import { env } from '#lib/env/env.ts'
import { registryFile } from '#lib/registry/index.ts'
import { sourcesIn } from '#lib/registry/sources.ts'

/** Made once: no stranger may have the sources read again and again. The names are those of the registry. */
const made = new Map<string, object>()

/** `npx shadcn add <origin>/r/uid2-identity.json` puts a pattern into another app: docs/take-it-home.md. */
export async function GET(_: Request, { params }: { params: Promise<{ file: string }> }): Promise<Response> {
  const { lab, origin } = env()
  const { file } = await params
  const built = lab ? (made.get(file) ?? registryFile(file, sourcesIn(process.cwd()), origin)) : null
  if (!built) return new Response('Not Found', { status: 404 })
  made.set(file, built)
  return Response.json(built)
}
