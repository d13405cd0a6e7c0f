import { clientAddress } from '#lib/auth/client-address.ts'

export const GET = (request: Request) => new Response(clientAddress(request.headers))
