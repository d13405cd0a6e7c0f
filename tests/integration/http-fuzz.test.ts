import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  findFault,
  hostileRequest,
  type Readers,
  routesOfApp,
  strangeLines,
  twoReaders,
} from '../support/http-fuzz.ts'
import { randomFrom } from '../support/random.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

let site: Site
let readers: Readers
beforeAll(async () => {
  site = await startSite()
  readers = await twoReaders(site)
})
afterAll(() => site.stop())

const all = async (requests: Parameters<typeof findFault>[2][]) => {
  const wrong: string[] = []
  while (requests.length > 0) {
    const batch = requests.splice(0, 16)
    wrong.push(...(await Promise.all(batch.map((it) => findFault(site, readers, it)))).flat())
  }
  return wrong
}

describe('N26: whatever is sent, no answer is a fault of the server, and none shows another reader', () => {
  it('every route and method, with what Next would take for an action, a link or itself', async () => {
    const routes = routesOfApp()
    expect(routes).toEqual(
      expect.arrayContaining(['/', '/choice', '/api/forms/choice', '/sandbox/cdn/gpt.js']),
    )
    const requests = routes.flatMap((path) =>
      ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'].flatMap((method) =>
        [
          { 'next-action': 'x', 'content-type': 'multipart/form-data; boundary=b' },
          { 'next-router-prefetch': '1', rsc: '1', origin: site.origin },
          {
            'next-router-state-tree': 'x',
            rsc: '1',
            'content-type': 'application/json',
            origin: site.origin,
          },
        ].map((headers, index) => ({
          method,
          path,
          headers,
          body: method === 'GET' || method === 'HEAD' ? null : '{"x',
          sender: (['stranger', 'a', 'b'] as const)[index] ?? 'stranger',
        })),
      ),
    )
    expect(await all(requests)).toEqual([])
  })

  it('and a thousand requests of every kind', async () => {
    const requests = Array.from({ length: 1000 }, (_, seed) => hostileRequest(randomFrom(seed), site.origin))
    expect(await all(requests)).toEqual([])
  })

  it('the log has no stack, and the site goes on', async () => {
    expect((await visitor(site).fetch('/api/health')).status).toBe(200)
    expect(strangeLines(site.log())).toEqual([])
    readers = await twoReaders(site)
    expect(await readers.b.identity()).toMatchObject({ status: 'available' })
  })
})
