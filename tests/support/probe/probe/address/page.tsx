import { headers } from 'next/headers'
import { clientAddress } from '#lib/auth/client-address.ts'
import { addressInAction } from '../../actions-probe.ts'

/** Shows whom each surface of one request would count when it limits by address. */
export default async function Address() {
  return (
    <form action={addressInAction}>
      <i id="page">{clientAddress(await headers())}</i>
      <button type="submit">ask</button>
    </form>
  )
}
