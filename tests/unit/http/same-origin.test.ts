import { describe, expect, it } from 'vitest'
import { isCrossSite, isOwnOrigin, isSameOrigin } from '#lib/http/same-origin.ts'
import { becomeSite } from '../../support/server-env.ts'

const port = '3123'
const isAllowed = (origin: string | undefined, site: string | undefined) =>
  isSameOrigin(
    new Headers({
      ...(origin !== undefined && { origin }),
      ...(site !== undefined && { 'sec-fetch-site': site }),
    }),
  )

describe('on a local machine (N11)', () => {
  const ours = [`http://localhost:${port}`, `http://127.0.0.1:${port}`, `http://[::1]:${port}`]
  const foreign = [
    'null',
    '',
    'http://evil.example',
    `https://localhost:${port}`,
    'http://localhost',
    'http://localhost:3124',
    `http://localhost.evil.example:${port}`,
    `http://evil.example:${port}`,
    'not an origin',
  ]
  const otherSites = ['cross-site', 'same-site', 'none', '', 'Same-Origin']

  it.each(ours)('%s is accepted with and without Sec-Fetch-Site', (origin) => {
    becomeSite({ PORT: port })
    expect(isAllowed(origin, 'same-origin')).toBe(true)
    expect(isAllowed(origin, undefined)).toBe(true)
  })

  it('Sec-Fetch-Site alone is enough; one of the two headers must be there', () => {
    becomeSite({ PORT: port })
    expect(isAllowed(undefined, 'same-origin')).toBe(true)
    expect(isAllowed(undefined, undefined)).toBe(false)
  })

  it.each(foreign)('origin %j is refused with any Sec-Fetch-Site', (origin) => {
    becomeSite({ PORT: port })
    for (const site of [undefined, 'same-origin', ...otherSites])
      expect(isAllowed(origin, site), site).toBe(false)
  })

  it.each(otherSites)('Sec-Fetch-Site %j is refused with any origin', (site) => {
    becomeSite({ PORT: port })
    for (const origin of [undefined, ...ours, ...foreign]) expect(isAllowed(origin, site), origin).toBe(false)
  })
})

describe('on a public host (N11)', () => {
  it('only the origin of NEXTAUTH_URL is accepted, without loopback, subdomains or other ports', () => {
    const ours = 'https://news.example'
    expect(isOwnOrigin('https://news.example', ours)).toBe(true)
    for (const other of [
      'http://news.example',
      'https://news.example:8443',
      'https://www.news.example',
      'https://news.example.evil.example',
      'https://localhost',
      'null',
      '',
    ])
      expect(isOwnOrigin(other, ours), other).toBe(false)
  })
})

it('a request is cross-site only when its browser says so; tools send no such header', () => {
  becomeSite({ PORT: port })
  const crossSite = (headers: Record<string, string>) => isCrossSite(new Headers(headers))
  expect(crossSite({})).toBe(false)
  expect(crossSite({ origin: `http://localhost:${port}`, 'sec-fetch-site': 'same-origin' })).toBe(false)
  for (const headers of [{ origin: 'null' }, { origin: 'https://evil.example' }])
    expect(crossSite(headers)).toBe(true)
  for (const site of ['cross-site', 'same-site', 'none', ''])
    expect(crossSite({ 'sec-fetch-site': site })).toBe(true)
})
