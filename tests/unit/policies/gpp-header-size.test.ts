import { GppModel, TcfEuV2 } from '@iabgpp/cmpapi'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { gppDenies, tcfAllowsEuid } from '#lib/policies/consent-strings.ts'
import { isGppHeaderTooLarge } from '#lib/policies/gpp-header-size.ts'
import { usSections } from '../../support/gpp.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const bits = (value: number, width: number) => value.toString(2).padStart(width, '0')
const base64 = (text: string) =>
  text
    .padEnd(Math.ceil(text.length / 24) * 24, '0')
    .replaceAll(/.{6}/g, (six) => alphabet[Number.parseInt(six, 2)] ?? '')

/** The core of a TCF string up to its vendors, then these ranges of vendors in the vector `where`. */
function tcfOf(where: 'consent' | 'interest' | 'restriction', ranges: [number, number][]): string {
  const list = `${bits(ranges.length, 12)}${ranges.map(([a, b]) => `1${bits(a, 16)}${bits(b, 16)}`).join('')}`
  const vector = (here: boolean) => `${bits(65_535, 16)}1${here ? list : bits(0, 12)}`
  const restrictions =
    where === 'restriction' ? `${bits(1, 12)}${bits(2, 6)}${bits(0, 2)}${list}` : bits(0, 12)
  const head = `${bits(2, 6)}${'0'.repeat(72)}${bits(10, 12)}`.padEnd(213, '0')
  return base64(head + vector(where === 'consent') + vector(where === 'interest') + restrictions)
}

describe('a short TCF string', () => {
  it.each(['consent', 'interest', 'restriction'] as const)(
    'that lists millions of vendors by %s allows nothing',
    (where) => {
      const tcf = tcfOf(where, Array(700).fill([1, 65_535]))
      expect(tcf.length).toBeLessThan(4096)
      expect(tcfAllowsEuid(tcf)).toBe(false)
    },
  )

  it('is read without expanding its ranges', () => {
    const unfold = vi.spyOn(TcfEuV2.prototype, 'getFieldValue')
    expect(tcfAllowsEuid(tcfOf('consent', [[1, 65_535]]))).toBe(false)
    expect(unfold).not.toHaveBeenCalled()
  })
})

/** Fibonacci code of one number, lowest weight first. */
function fibonacci(value: number): string {
  const weights = [1, 2]
  while ((weights.at(-1) ?? 0) <= value) weights.push((weights.at(-1) ?? 0) + (weights.at(-2) ?? 0))
  let rest = value
  let code = ''
  for (const weight of weights.toReversed()) {
    const taken = weight <= rest
    if (taken) rest -= weight
    code = (taken ? '1' : code === '' ? '' : '0') + code
  }
  return `${code}1`
}

describe('a GPP header of a dozen characters', () => {
  it.each([100_000, 50_000_000, 2 ** 40])('that expands to %i sections is not read, and denies', (length) => {
    const header = base64(`${bits(3, 6)}${bits(1, 6)}${bits(1, 12)}1${fibonacci(7)}${fibonacci(length)}`)
    expect(header.length).toBeLessThan(24)
    expect(isGppHeaderTooLarge(header)).toBe(true)
    expect(gppDenies(`${header}~CAAVAAAAAABA.YA`)).toBe(true)
  })

  it('is read when a consent platform wrote it', () => {
    fc.assert(
      fc.property(fc.subarray(usSections.map(([, name]) => name)), (names) => {
        const model = new GppModel()
        for (const name of names) model.setFieldValue(name, 'SaleOptOut', 2)
        expect(isGppHeaderTooLarge(model.encode().split('~')[0] ?? '')).toBe(false)
      }),
    )
  })
})

describe('the same string again (S13)', () => {
  it('is read from the cache', () => {
    const reads = vi.spyOn(GppModel.prototype, 'getSectionIds')
    const gpp = new GppModel()
    gpp.setFieldValue('usca', 'SaleOptOut', 2)
    const first = gppDenies(gpp.encode())
    expect(reads).toHaveBeenCalledOnce()
    expect(gppDenies(gpp.encode())).toBe(first)
    expect(reads).toHaveBeenCalledOnce()
    gpp.setFieldValue('usca', 'SaleOptOut', 1)
    gppDenies(gpp.encode())
    expect(reads).toHaveBeenCalledTimes(2)
  })
})
