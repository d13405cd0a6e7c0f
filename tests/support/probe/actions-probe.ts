'use server'

import { cookies, headers } from 'next/headers'
import { clientAddress } from '#lib/auth/client-address.ts'
import { readPublicIdentity } from '#lib/identity/read.ts'

/** Leaves what an action reads in a cookie, where the test finds it in the same response. */
export async function readInAction(): Promise<void> {
  const identity = await readPublicIdentity()
  const token = identity.status === 'available' ? identity.advertisingToken : identity.status
  ;(await cookies()).set('probe', token, { path: '/' })
}

/** The same with whom an action would count. */
export async function addressInAction(): Promise<void> {
  ;(await cookies()).set('address', clientAddress(await headers()), { path: '/' })
}
