'use server'

import { cookies } from 'next/headers'
import { readPublicIdentity } from '#lib/identity/read.ts'

/** Leaves what an action reads in a cookie, where the test finds it in the same response. */
export async function readInAction(): Promise<void> {
  const identity = await readPublicIdentity()
  const token = identity.status === 'available' ? identity.advertisingToken : identity.status
  ;(await cookies()).set('probe', token, { path: '/' })
}
