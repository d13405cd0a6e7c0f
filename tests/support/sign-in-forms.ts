import type { Step } from './proof.ts'

/** What those who misuse the steps of a sign-in know of them. */
export const session = 'next-auth.session-token'
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
