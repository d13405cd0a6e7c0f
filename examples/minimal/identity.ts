import 'server-only'
import { createIdentity, type PublisherIdentity } from '@/lib/identity/create-identity'
import { createUid2Client } from '@/lib/uid2'
import { consent } from './consent'
import { isHttps, variable } from './environment'
import { currentReader } from './session'

let made: PublisherIdentity | undefined

/** What proxy.ts, the routes, the page and its action use. All options: lib/identity/types.ts. */
export function identity(): PublisherIdentity {
  made ??= createIdentity({
    client: createUid2Client({
      baseUrl: variable('UID2_BASE_URL'),
      apiKey: variable('UID2_API_KEY'),
      clientSecret: variable('UID2_CLIENT_SECRET'),
      retries: 0, // The next request tries again.
    }),
    cookie: {
      name: isHttps() ? '__Host-uid2' : 'uid2',
      secure: isHttps(),
      passwords: [variable('COOKIE_PASSWORD')],
    },
    session: currentReader,
    consent,
    // No event holds an address or a token. The site also sets `policies`: Global Privacy Control, consent strings.
    onEvent(event) {
      const line = JSON.stringify(event)
      if (/failed|not_|"store"/.test(line)) process.stderr.write(`uid2 ${line}\n`)
    },
  })
  return made
}
