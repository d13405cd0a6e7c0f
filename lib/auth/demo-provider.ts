import 'server-only'
import Credentials from 'next-auth/providers/credentials'
import { env } from '../env/env'
import { isLoopback } from '../shared/loopback'
import { readDii } from './read-dii'
import { toClaims } from './select-verified-dii'

/** Host names of `Host` and every `X-Forwarded-Host`, without ports. */
function hostNames(headers: Record<string, unknown> | undefined): string[] {
  const given = [headers?.host, headers?.['x-forwarded-host']]
  return given
    .flatMap((value) => (typeof value === 'string' ? value.split(',') : []))
    .map((host) => (URL.canParse(`http://${host.trim()}`) ? new URL(`http://${host.trim()}`).hostname : ''))
}

/** A request without any host is not local. */
const isLocal = (headers: Record<string, unknown> | undefined): boolean => {
  const names = hostNames(headers)
  return names.length > 0 && names.every(isLoopback)
}

/**
 * Sign-in for trying the site: it accepts any address without proof. Beside a real operator it works only on
 * this machine, because it would let anyone get a token for anyone's address.
 */
export const demoProvider = () =>
  Credentials({
    id: 'demo',
    name: 'Demo',
    credentials: { email: { label: 'E-mail', type: 'email' }, phone: { label: 'Phone', type: 'tel' } },
    async authorize(credentials, request) {
      if (env().mode === 'real' && !isLocal(request.headers)) throw new Error('not_local')
      const dii = readDii(credentials ?? {})
      // next-auth puts the message into ?error=, so it is a code and never what was typed.
      if (typeof dii === 'string') throw new Error(dii)
      // Another spelling of an address is the same account.
      return { id: dii.value.toLowerCase(), claims: toClaims(dii) }
    },
  })
