import { expect } from 'vitest'
import type { Step } from './proof.ts'
import { type RawAnswer, raw } from './raw.ts'
import type { Site } from './site.ts'

/** What those who misuse the steps of a sign-in know of them. */
export const session = 'lantern-session'
export const steps: Step[] = ['ask', 'finish', 'demo', 'provider']
export const form = { 'content-type': 'application/x-www-form-urlencoded' }
/** No answer may show where in the code it comes from. */
export const stack = /\n\s+at |node_modules|\.next\/|Error:/
/** Facebook, because its addresses are known without asking it: nothing here leaves this machine. */
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
