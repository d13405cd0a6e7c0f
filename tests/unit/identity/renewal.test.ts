import { describe, expect, it } from 'vitest'
import { beginsRefresh, renewerOf } from '#lib/identity/renewal.ts'
import { identityFor } from './identities.ts'

const fresh = identityFor()
const due = identityFor({ due: -1 })
const expired = identityFor({ due: -2, expires: -1 })
// After them, however long making them took.
const now = Date.now()
const page = { waitForExpired: 0 }
const api = { waitForExpired: 1500 }

describe('who renews', () => {
  it('is the server, but under client hand-off the browser of every reader who is given a token (K1)', () => {
    for (const bucket of ['treatment', 'control', null] as const)
      expect(renewerOf('server', bucket)).toBe('server')
    expect(renewerOf('client', null)).toBe('browser')
    expect(renewerOf('client', 'treatment')).toBe('browser')
    expect(renewerOf('client', 'control')).toBe('server')
  })
})

describe('a request begins a refresh', () => {
  it.each([
    ['server', 'a page', page, [false, true, true]],
    ['server', 'the API', api, [false, true, true]],
    ['browser', 'a page', page, [false, false, false]],
    ['browser', 'the API', api, [false, false, true]],
    ['server', 'a recheck', { ...api, recheck: true }, [true, true, true]],
    ['browser', 'a recheck', { ...api, recheck: true }, [true, true, true]],
  ] as const)('where the %s renews, by %s: fresh, due, expired', (renewer, _, policy, expected) => {
    const begins = [fresh, due, expired].map((identity) =>
      beginsRefresh({ identity, now, renewer, ...policy }),
    )
    expect(begins).toEqual(expected)
  })
})
