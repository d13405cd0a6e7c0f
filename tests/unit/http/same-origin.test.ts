import { describe, expect, it } from 'vitest'
import { isCrossSite, isOwnOrigin, isSameOrigin } from '#lib/http/same-origin.ts'
import { becomeSite } from '../../support/server-env.ts'

const port = '3123'
const ask = (origin: string | undefined, site: string | undefined) =>
  isSameOrigin(
    new Headers({
      ...(origin !== undefined && { origin }),
      ...(site !== undefined && { 'sec-fetch-site': site }),
    }),
  )

describe('on one’s own machine (N11)', () => {
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

  it.each(ours)('%s is ours: with the browser’s word, or without', (origin) => {
    becomeSite({ PORT: port })
    expect(ask(origin, 'same-origin')).toBe(true)
    expect(ask(origin, undefined)).toBe(true)
  })

  it('the browser’s word alone is enough, no word at all is not', () => {
    becomeSite({ PORT: port })
    expect(ask(undefined, 'same-origin')).toBe(true)
    expect(ask(undefined, undefined)).toBe(false)
  })

  it.each(foreign)('origin %j is refused, whatever the browser says', (origin) => {
    becomeSite({ PORT: port })
    for (const site of [undefined, 'same-origin', ...otherSites]) expect(ask(origin, site), site).toBe(false)
  })

  it.each(otherSites)('Sec-Fetch-Site %j is refused, whatever the origin', (site) => {
    becomeSite({ PORT: port })
    for (const origin of [undefined, ...ours, ...foreign]) expect(ask(origin, site), origin).toBe(false)
  })
})

describe('on a public host (N11)', () => {
  it('only the origin of NEXTAUTH_URL is ours: neither loopback, a subdomain, nor a port', () => {
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

it('a request is cross-site only when its browser says so: a tool says nothing', () => {
  becomeSite({ PORT: port })
  const said = (headers: Record<string, string>) => isCrossSite(new Headers(headers))
  expect(said({})).toBe(false)
  expect(said({ origin: `http://localhost:${port}`, 'sec-fetch-site': 'same-origin' })).toBe(false)
  for (const headers of [{ origin: 'null' }, { origin: 'https://evil.example' }])
    expect(said(headers)).toBe(true)
  for (const site of ['cross-site', 'same-site', 'none', ''])
    expect(said({ 'sec-fetch-site': site })).toBe(true)
})
