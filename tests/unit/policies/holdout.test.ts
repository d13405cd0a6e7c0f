import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { holdout } from '#lib/policies/holdout.ts'

const salt = 'autumn of the moth'
const hashOf = (email: string) => createHash('sha256').update(email).digest('base64')
const readers = Array.from({ length: 10_000 }, (_, i) => hashOf(`reader-${i}@example.com`))
const control = (percent: number, by = salt) =>
  new Set(readers.filter((hash) => holdout({ percent, salt: by })(hash) === 'control'))
const percents = [1, 5, 10, 50, 90, 99]

describe('the group of a reader (K1)', () => {
  it.each(percents)('is control for %i % of 10,000 readers, within one point', (percent) => {
    expect(Math.abs(control(percent).size / 100 - percent)).toBeLessThan(1)
  })

  it('is treatment for all at 0, control for all at 100', () => {
    expect(control(0).size).toBe(0)
    expect(control(100).size).toBe(readers.length)
  })

  it('does not depend on the order in which percentages are tried', () => {
    const before = percents.map((percent) => [...control(percent)])
    const after = percents.toReversed().map((percent) => [...control(percent)])
    expect(after.toReversed()).toEqual(before)
  })

  it('stays control when the percentage rises', () => {
    const groups = percents.map((percent) => control(percent))
    for (const [i, smaller] of groups.slice(0, -1).entries())
      expect([...smaller].filter((hash) => !groups[i + 1]?.has(hash))).toEqual([])
  })

  it('is drawn again with another salt, independently of before', () => {
    const first = control(50)
    const both = [...control(50, 'winter of the moth')].filter((hash) => first.has(hash))
    expect(Math.abs(both.length / 100 - 25)).toBeLessThan(1.5)
  })

  it('is HMAC-SHA-256 of the hash, read as a share of the whole', () => {
    // echo -n tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ= | openssl dgst -sha256 -hmac 'autumn of the moth'
    // begins 5098e80f, which is 0.3148 of ffffffff.
    const hash = 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ='
    expect(holdout({ percent: 31, salt })(hash)).toBe('treatment')
    expect(holdout({ percent: 32, salt })(hash)).toBe('control')
  })
})
