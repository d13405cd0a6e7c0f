import { livePage, otherStaticPage, staticPage } from './publication.ts'
import type { Visitor } from './reader.ts'

/** Routes that answer a GET, by kind. */
export const routes = {
  static: ['/', staticPage, otherStaticPage],
  dynamic: [livePage, '/sign-in', '/choice', '/privacy'],
  missing: ['/nothing', '/articles/nothing'],
  api: [
    '/api/identity',
    '/api/site',
    '/api/health',
    '/api/auth/session',
    '/api/auth/csrf',
    '/api/auth/providers',
    '/api/auth/signin',
  ],
  files: ['/icon.svg', '/ads.txt', '/.well-known/gpc.json'],
}

/** Ways to request a route. */
const manners: [name: string, init: RequestInit][] = [
  ['document', {}],
  ['HEAD', { method: 'HEAD' }],
  ['RSC', { headers: { rsc: '1' } }],
  ['prefetch', { headers: { rsc: '1', 'next-router-prefetch': '1' } }],
  ['browser prefetch', { headers: { 'sec-purpose': 'prefetch' } }],
]

/** Requests every route in every way, each time with a browser from `make`. */
export async function crawl(
  make: () => Visitor | Promise<Visitor>,
  check: (answer: Response, where: string) => void,
): Promise<void> {
  for (const path of Object.values(routes).flat())
    for (const [manner, init] of manners) {
      const answer = await (await make()).fetch(path, init)
      await answer.arrayBuffer()
      check(answer, `${manner} ${path}`)
      const location = answer.headers.get('location')
      if (answer.status !== 307 || !location) continue
      const payload = await (await make()).fetch(location, init)
      await payload.arrayBuffer()
      check(payload, `${manner} ${path} (payload)`)
    }
}

/** React's payload of a page. Its URL depends on the request. */
export async function payloadOf(reader: Visitor, path: string): Promise<Response> {
  const headers = { rsc: '1' }
  const answer = await reader.fetch(path, { headers })
  const location = answer.headers.get('location')
  return answer.status === 307 && location ? reader.fetch(location, { headers }) : answer
}
