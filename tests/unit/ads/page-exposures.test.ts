import { afterEach, expect, test, vi } from 'vitest'
import { holdOutRecord, pageExposures } from '#lib/ads/page-exposures.ts'
import { createExposures, type Exposure } from '#lib/ads/slots/exposures.ts'

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
  'failing statistics (%s) are reported, and cost no auction (K2)',
  (what) => {
    const reported = vi.fn()
    vi.stubGlobal('window', {})
    vi.stubGlobal('reportError', reported)
    const error = new Error('of the statistics')
    const fail = () => {
      throw error
    }
    const noticed = vi.fn()
    pageExposures().subscribe(noticed)
    const state = { status: 'withheld', now: 0, refreshFrom: 1, bucket: 'control' } as const
    createExposures(
      { getSnapshot: () => state, subscribe: () => () => {} },
      holdOutRecord({ [what]: fail }),
    ).auction(['top'])
    expect(noticed).toHaveBeenCalledTimes(what === 'unit' ? 0 : 1)
    expect(reported).toHaveBeenCalledExactlyOnceWith(error)
  },
)

test('the record keeps the last 500 exposures of a page (P8)', () => {
  vi.stubGlobal('window', {})
  for (let each = 0; each < 600; each++) pageExposures().tell({ ...exposure, slot: String(each) })
  expect(pageExposures().all()).toHaveLength(500)
  expect(pageExposures().all()[0]?.slot).toBe('100')
})

test('a reader’s unit is your own identifier, or one for the page load', () => {
  vi.stubGlobal('window', {})
  const visit = holdOutRecord({}).unit()
  expect(holdOutRecord({}).unit()).toBe(visit)
  vi.stubGlobal('window', {})
  expect(holdOutRecord({}).unit()).not.toBe(visit)
  expect(holdOutRecord({ unit: () => 'ours' }).unit()).toBe('ours')
})

test('a page over plain http, where browsers make no UUIDs, has a unit', () => {
  vi.stubGlobal('window', {})
  const { crypto } = globalThis
  vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
  expect(holdOutRecord({}).unit()).toMatch(/^\d+(-\d+){3}$/)
  expect(holdOutRecord({}).unit()).toBe(holdOutRecord({}).unit())
})
