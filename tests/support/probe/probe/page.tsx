import { Suspense } from 'react'
import { readPublicIdentity } from '#lib/site/page-data.ts'

/** Shows what each surface of one request reads of the identity; built into a variant by the tests. */
export default async function Probe() {
  return (
    <>
      <i id="page">{await token()}</i>
      <Suspense fallback="later">
        <Late />
      </Suspense>
    </>
  )
}

async function Late() {
  // Long enough for the shell to have been sent.
  await new Promise((resolve) => setTimeout(resolve, 100))
  return <i id="late">{await token()}</i>
}

async function token() {
  const identity = await readPublicIdentity()
  return identity.status === 'available' ? identity.advertisingToken : identity.status
}
