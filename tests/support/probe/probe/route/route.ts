import { readPublicIdentity } from '#lib/site/read.ts'

export async function GET() {
  const identity = await readPublicIdentity()
  return new Response(identity.status === 'available' ? identity.advertisingToken : identity.status)
}
