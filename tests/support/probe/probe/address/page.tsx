import { headers } from 'next/headers'
import { clientAddress } from '#lib/auth/client-address.ts'

/** Shows whom each surface of one request would count when it limits by address. */
export default async function Address() {
  return <i id="page">{clientAddress(await headers())}</i>
}
