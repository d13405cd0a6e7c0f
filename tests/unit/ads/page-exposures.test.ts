import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { adConfig } from '#lib/ads/ad-config.ts'
import { pageExposures } from '#lib/ads/page-exposures.ts'
import { createExposures, type Exposure } from '#lib/ads/slots/exposures.ts'

// A publisher's own may stand there (docs/hold-out.md).
beforeEach(() => void Object.assign(adConfig.holdOut, { unit: undefined, onExposure: undefined }))
afterEach(() => vi.unstubAllGlobals())

const exposure: Exposure = {
  time: '2026-11-25T12:00:00.000Z',
  unit: 'reader',
  bucket: 'control',
  event: 'auction',
  slot: 'top',
  token: false,
  cpm: null,
}

test.each(['unit', 'onExposure'] as const)(
  'statistics that fail (%s) are reported, and cost no auction (K2)',
  (what) => {
    const reported = vi.fn()
    vi.stubGlobal('window', {})
    vi.stubGlobal('reportError', reported)
    const error = new Error('of the statistics')
    adConfig.holdOut[what] = () => {
      throw error
    }
    const noticed = vi.fn()
    pageExposures().subscribe(noticed)
    const state = { status: 'withheld', now: 0, refreshFrom: 1, bucket: 'control' } as const
    createExposures({ getSnapshot: () => state, subscribe: () => () => {} }, pageExposures()).auction(['top'])
    expect(noticed).toHaveBeenCalledTimes(what === 'unit' ? 0 : 1)
    expect(reported).toHaveBeenCalledExactlyOnceWith(error)
  },
)

test('the record keeps the last 500 of a page (P8)', () => {
  vi.stubGlobal('window', {})
  for (let each = 0; each < 600; each++) pageExposures().tell({ ...exposure, slot: String(each) })
  expect(pageExposures().all()).toHaveLength(500)
  expect(pageExposures().all()[0]?.slot).toBe('100')
})

test('a reader is known by your own identifier, or by one of the page load', () => {
  vi.stubGlobal('window', {})
  const visit = pageExposures().unit()
  expect(pageExposures().unit()).toBe(visit)
  vi.stubGlobal('window', {})
  expect(pageExposures().unit()).not.toBe(visit)
  vi.stubGlobal('window', {})
  adConfig.holdOut.unit = () => 'ours'
  expect(pageExposures().unit()).toBe('ours')
})

test('a page over plain http, where browsers make no UUIDs, has its slots and a unit all the same', () => {
  vi.stubGlobal('window', {})
  const { crypto } = globalThis
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
  expect(pageExposures().unit()).toMatch(/^\d+(-\d+){3}$/)
  expect(pageExposures().unit()).toBe(pageExposures().unit())
})
