import { connection } from 'next/server'
import { variable } from '../environment'
import { identity } from '../identity'
import { Ad } from './ad'
import { Question } from './question'

export default async function Page() {
  await connection() // Rendered at each request, never at build time.
  const known = await identity().read() // Calls no operator, and writes nothing.
  const signedOut = known.status === 'signed_out'
  return (
    <main>
      <h1>Minimal UID2 publisher</h1>
      {signedOut ? null : <Question />}
      <a href={signedOut ? '/api/auth/signin' : '/api/auth/signout'}>{signedOut ? 'Sign in' : 'Sign out'}</a>
      <Ad identity={known} prebidServer={variable('PREBID_SERVER_URL')} />
    </main>
  )
}
