import { readPublicIdentity } from '#lib/site/page-data.ts'

export async function GET() {
  const identity = await readPublicIdentity()
  return new Response(identity.status === 'available' ? identity.advertisingToken : identity.status)
}
