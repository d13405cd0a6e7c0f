import { headers } from 'next/headers'
import { clientAddress } from '#lib/auth/client-address.ts'

/** Shows the client address that each surface of one request reads. */
export default async function Address() {
  return <i id="page">{clientAddress(await headers())}</i>
}
