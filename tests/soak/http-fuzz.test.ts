import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findFault, hostileRequest, strangeLines, twoReaders } from '../support/http-fuzz.ts'
import { newSeed, randomFrom } from '../support/random.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

let site: Site
beforeAll(async () => {
  // Each request counts alone, or the limits by address would answer most of the sign-in.
  site = await startSite({ env: { TRUST_PROXY_HOPS: '1' } })
})
afterAll(() => site.stop())

it('N26: 40,000 requests of every kind: no fault of the server, no stack, nothing of another reader', async () => {
  const seed = newSeed()
  console.log(`seed ${seed}`)
  let sent = 0
  let readers = await twoReaders(site)
  const requests = fc.array(fc.integer({ min: 0 }), { minLength: 20, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(requests, async (seeds) => {
      // Some sign the two out, or take their consent back.
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
