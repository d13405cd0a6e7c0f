import { afterAll, describe, expect, it } from 'vitest'
import { findFaults, hostileRequest, routeRequests, strangeLines, twoReaders } from '../support/http-fuzz.ts'
import { randomFrom } from '../support/random.ts'
import { newEmail, sameOrigin, visitor } from '../support/reader.ts'
import { startSite } from '../support/site.ts'

const site = await startSite()
afterAll(() => site.stop())

describe('requests that no browser sends (N26)', () => {
  it('to every route cause no server error, show nothing of another reader, and leave no stack', async () => {
    const requests = routeRequests(['GET', 'POST'], site.origin)
    expect(requests.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/', '/choice', '/api/forms/choice', '/sandbox/cdn/gpt.js']),
    )
    expect(await findFaults(site, await twoReaders(site), requests)).toEqual([])
    expect(strangeLines(site.log())).toEqual([])
  })

  it('200 at random do neither, and readers can go on', async () => {
    const requests = Array.from({ length: 200 }, (_, seed) => hostileRequest(randomFrom(seed), site.origin))
    expect(await findFaults(site, await twoReaders(site), requests)).toEqual([])
    expect(strangeLines(site.log())).toEqual([])
    expect(await (await twoReaders(site)).b.identity()).toMatchObject({ status: 'available' })
  })
})

it('without a trusted proxy no header changes who is counted (A9)', async () => {
  const statuses: number[] = []
  for (let i = 0; i < 25; i++) {
    const address = `203.0.113.${i}`
    const headers = {
      ...sameOrigin(site),
      'x-forwarded-for': address,
      'x-real-ip': address,
      forwarded: `for=${address}`,
      'true-client-ip': address,
    }
    const body = new URLSearchParams({ kind: 'email', value: newEmail() })
    statuses.push((await visitor(site).fetch('/api/sign-in/ask', { method: 'POST', headers, body })).status)
  }
  expect(statuses.slice(-5)).toEqual([429, 429, 429, 429, 429])
})
