import { expect } from 'vitest'
import type { Step } from './proof.ts'
import { type RawAnswer, raw } from './raw.ts'
import type { Site } from './site.ts'

/** What attackers know of the sign-in steps. */
export const session = 'lantern-session'
export const steps: Step[] = ['ask', 'finish', 'demo', 'provider']
export const form = { 'content-type': 'application/x-www-form-urlencoded' }
/** No response may reveal a place in the code. */
export const stack = /\n\s+at |node_modules|\.next\/|Error:/
/** Facebook, because its URLs need no discovery: no request leaves this machine. */
export const env = {
  NEXTAUTH_SECRET: 'the-secret-of-this-site'.padEnd(32, '.'),
  TRUST_PROXY_HOPS: '1',
  AUTH_FACEBOOK_ID: 'id',
  AUTH_FACEBOOK_SECRET: 'secret',
}

export type Sent = [path: string, headers: Record<string, string>, body: string | Uint8Array[]]

export async function sendRaw(site: Site, ...[path, headers, body]: Sent): Promise<RawAnswer> {
  const answer = await raw(site, path, {
    method: 'POST',
    headers: { host: new URL(site.origin).host, ...headers },
    body,
  })
  expect(answer.text).not.toMatch(stack)
  return answer
}

export const setsSession = ({ headers }: RawAnswer): boolean =>
  String(headers['set-cookie']).includes(`${session}=ey`)
