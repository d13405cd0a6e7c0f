import { NextRequest } from 'next/server'
import { encode } from 'next-auth/jwt'
import { POST as postChoice } from '#app/api/choice/route.ts'
import { GET as getIdentity, POST as postIdentity } from '#app/api/identity/route.ts'
import { cookieOf, keep } from './reader.ts'

export const origin = 'http://localhost:3000'
export const secret = 'the-secret-of-this-site'.padEnd(32, '.')
const routes = { choice: postChoice, identity: postIdentity }

interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

/** A browser of one reader, which calls the route handlers of this process. Needs `becomeSite` before. */
export interface BrowserInProcess {
  account: string
  jar: Map<string, string>
  get(headers?: Record<string, string>): Promise<Answer['body']>
  post(route: keyof typeof routes, body: unknown, headers?: Record<string, string>): Promise<Answer>
  choose(advertising: 'granted' | 'denied', headers?: Record<string, string>): Promise<Answer['body']>
}

let accounts = 0

/** A reader signed in with this account or a new one. */
export async function signedInHere(account = `demo:${accounts++}`): Promise<BrowserInProcess> {
  const dii = { kind: 'email', value: `${account.slice(5)}@example.com` }
  const token = { sub: account, sid: `sid-${account}`, dii, otherDii: [] }
  return browserHere(account, new Map([['lantern-session', await encode({ token, secret })]]))
}

/** A browser with these cookies. */
export function browserHere(account: string, jar: Map<string, string>): BrowserInProcess {
  const request = (headers: Record<string, string>, init: { method?: string; body?: string } = {}) =>
    new NextRequest(`${origin}/api`, { ...init, headers: { origin, cookie: cookieOf({ jar }), ...headers } })
  const take = async (answer: Response): Promise<Answer> => {
    for (const cookie of answer.headers.getSetCookie()) keep(jar, cookie)
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer['body'] }
  }
  const post: BrowserInProcess['post'] = async (route, body, headers = {}) => {
    const init = { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }
    return take(await routes[route](request({ 'content-type': 'application/json', ...headers }, init)))
  }
  return {
    account,
    jar,
    post,
    get: async (headers = {}) => (await take(await getIdentity(request(headers)))).body,
    choose: async (advertising, headers) => (await post('choice', { advertising }, headers)).body,
  }
}
