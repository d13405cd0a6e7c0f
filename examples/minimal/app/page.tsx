import { connection } from 'next/server'
import { variable } from '../environment'
import { identity } from '../identity'
import { Ad } from './ad'
import { Question } from './question'

export default async function Page() {
  await connection() // Rendered at each request, never at build time.
  // Decides from the request alone: calls no operator, and writes nothing.
  const known = await identity().read()
  return (
    <main>
      <h1>Minimal UID2 publisher</h1>
      {known.status === 'signed_out' ? <a href="/api/auth/signin">Sign in</a> : <Question />}
      <Ad identity={known} prebidServer={variable('PREBID_SERVER_URL')} />
    </main>
  )
}
