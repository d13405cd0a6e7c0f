import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  findFault,
  findFaults,
  hostileRequest,
  routeRequests,
  strangeLines,
  twoReaders,
} from '../support/http-fuzz.ts'
import { newSeed, randomFrom } from '../support/random.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

let site: Site
beforeAll(async () => {
  // A trusted hop: the limits per address would otherwise stop most sign-in requests.
  site = await startSite({ env: { TRUST_PROXY_HOPS: '1' } })
})
afterAll(() => site.stop())

it('every route answers every method without a server error, and shows nothing of another reader (N26)', async () => {
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']
  const requests = routeRequests(methods, site.origin)
  expect(requests.length).toBeGreaterThan(1000)
  expect(await findFaults(site, await twoReaders(site), requests)).toEqual([])
})

it('40,000 random requests cause no server error, show no stack and nothing of another reader (N26)', async () => {
  const seed = newSeed()
  console.log(`seed ${seed}`)
  let sent = 0
  let readers = await twoReaders(site)
  const requests = fc.array(fc.integer({ min: 0 }), { minLength: 20, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(requests, async (seeds) => {
      // Some requests sign the two out, or withdraw their consent.
      if (sent % 400 === 0) readers = await twoReaders(site)
      const wrong = seeds.map((it) => {
        const hostile = hostileRequest(randomFrom(it), site.origin)
        const address = `203.0.${(sent >> 8) & 255}.${sent++ & 255}`
        hostile.headers['x-forwarded-for'] ??= address
        return findFault(site, readers, hostile)
      })
      expect((await Promise.all(wrong)).flat()).toEqual([])
    }),
    { seed, numRuns: 2000 },
  )
  expect((await visitor(site).fetch('/api/health')).status).toBe(200)
  expect(strangeLines(site.log())).toEqual([])
})
